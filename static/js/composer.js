// The composer: Enter sends, Shift+Enter breaks the line. What one writes is kept in this browser
// until the server took it, and a retry carries the same key, so nothing goes out twice.
(() => {
  const form = () => document.querySelector("form#composer"); // a closed window has no form
  const box = () => form()?.querySelector("textarea");
  const key = () => form().querySelector("[name=key]");
  let busy = false, again = false, flying = "", flyingFrom, failed = null, typed = 0, failedNow = false;

  const store = (name, text) => {
    try {
      if (text) localStorage.setItem(name, text);
      else localStorage.removeItem(name);
    } catch { /* private window, or full: the box still has it */ }
  };
  const stored = (name) => { try { return localStorage.getItem(name) || ""; } catch { return ""; } };

  function prepare() {
    const area = box();
    if (!area || form().dataset.ready) return;
    form().dataset.ready = "yes";
    if (!area.value) area.value = stored(form().dataset.draft);
    grow(area);
    if (matchMedia("(pointer: fine)").matches) area.focus({ preventScroll: true });
  }

  // field-sizing does this where it exists.
  function grow(area) {
    if (CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }

  function tellTyping() {
    const url = form().dataset.typingUrl;
    if (!url || Date.now() - typed < 4000) return;
    typed = Date.now();
    const token = JSON.parse(document.body.getAttribute("hx-headers"));
    fetch(url, { method: "POST", headers: token, keepalive: true }).catch(() => {});
  }

  function showPending(text) {
    const line = form().querySelector("#pending-line").content.cloneNode(true);
    line.querySelector(".bubble-text").textContent = text;
    document.getElementById("bubbles").append(line);
    document.dispatchEvent(new Event("line-added"));
  }

  // The head of the thread knows whose turn it is, and hears of changes.
  function hint() {
    const owner = document.getElementById("thread-head")?.dataset.owner;
    if (!owner || !box()) return;
    form().classList.toggle("bot-owns", owner === "bot");
    box().placeholder = owner === "bot" ? box().dataset.hintBot : box().dataset.hint;
  }

  const dropPending = () => document.querySelectorAll(".line.pending").forEach((line) => line.remove());

  function giveBack() {
    dropPending();
    if (form()?.dataset.draft !== flyingFrom) return;
    box().value = box().value ? `${flying}\n${box().value}` : flying;
    store(flyingFrom, box().value);
    grow(box());
    box().focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.target !== box() || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (matchMedia("(pointer: coarse) and (hover: none)").matches) return; // on a phone Enter is a new line
    event.preventDefault();
    if (busy) again = true;
    else if (box().value.trim()) form().requestSubmit();
  });
  document.addEventListener("input", ({ target }) => {
    if (target !== box()) return;
    form().querySelector(".composer-outcome p")?.remove();
    store(form().dataset.draft, target.value);
    grow(target);
    tellTyping();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== form()) return;
    if (busy || !box().value.trim()) { event.preventDefault(); return; }
    // Another text is another message: it must not hide behind the failed one's key.
    if (failed !== null && failed !== box().value && crypto.randomUUID) {
      key().value = crypto.randomUUID();
      event.detail.parameters.key = key().value;
    }
  });
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.elt !== form()) return;
    busy = true;
    failedNow = false;
    flying = box().value;
    flyingFrom = form().dataset.draft;
    box().value = "";
    grow(box());
    showPending(flying);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!detail.elt.matches?.("form#composer")) return;
    busy = false;
    failedNow = !(detail.xhr.status >= 200 && detail.xhr.status < 400); // 422 is swapped, yet refused
    failed = failedNow ? flying : null;
    if (failedNow) giveBack();
    else if (form()?.dataset.draft === flyingFrom) store(flyingFrom, box().value);
    else store(flyingFrom, "");
    if (again && !failedNow && box()?.value.trim()) form().requestSubmit();
    again = false;
  });

  document.addEventListener("htmx:afterSettle", prepare);
  document.addEventListener("htmx:afterSettle", hint);
  document.addEventListener("DOMContentLoaded", prepare);
})();
