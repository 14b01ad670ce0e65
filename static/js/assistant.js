// The assistant: what one has said shows at once, the newest line is in sight, and whether the slot
// is open is remembered in this browser.
(() => {
  const open = () => { try { return localStorage.getItem("assistant") === "open"; } catch { return false; } };
  const remember = (is) => { try { localStorage.setItem("assistant", is ? "open" : "closed"); } catch { /* private window */ } };

  function down(root) {
    const lines = root.querySelector(".assistant-lines");
    if (lines) lines.scrollTop = lines.scrollHeight;
  }

  function prepare(root) {
    for (const slot of root.querySelectorAll("details[data-assistant-slot]:not([data-ready])")) {
      slot.dataset.ready = "yes";
      slot.addEventListener("toggle", () => remember(slot.open));
      if (open()) slot.open = true;
    }
    for (const talk of root.querySelectorAll("[data-assistant]")) down(talk);
  }

  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (!target.matches?.(".assistant-form")) return;
    const talk = target.closest("[data-assistant]");
    const line = document.createElement("li");
    line.className = "assistant-line mine";
    const text = document.createElement("p");
    text.className = "assistant-text";
    text.textContent = target.elements.text.value;
    line.append(text);
    line.dataset.pending = "yes";
    talk.querySelector(".assistant-wait").before(line);
    talk.querySelector(".assistant-hint")?.remove();
    target.dataset.said = target.elements.text.value;
    target.elements.text.value = "";
    down(talk);
  });

  // What was said comes back into the box when the server did not take it.
  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (!target.matches?.(".assistant-form") || detail.successful) return;
    target.closest("[data-assistant]").querySelector("[data-pending]")?.remove();
    target.elements.text.value ||= target.dataset.said || "";
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    prepare(document);
    const { elt, requestConfig } = detail;
    if (requestConfig?.verb === "post" && elt.matches?.("[data-assistant]")) {
      const form = elt.querySelector(".assistant-form");
      form?.scrollIntoView({ block: "nearest" });
      // The button that was pressed is gone: by keyboard, one goes on from the box.
      const lost = !document.activeElement || document.activeElement === document.body;
      if (lost && matchMedia("(pointer: fine)").matches) form?.elements.text.focus({ preventScroll: true });
    }
  });
  document.addEventListener("DOMContentLoaded", () => prepare(document));
  if (document.readyState !== "loading") prepare(document);
})();
