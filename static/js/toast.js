// Toasts: what the server says (HX-Trigger: {"toast": {...}}), and what went wrong with a request,
// in words and with a way to try again.
(() => {
  const region = () => document.getElementById("toasts");
  const LIFE = 6000;

  function show({ text, kind = "good", url, action, retry }) {
    const toast = document.createElement("div");
    toast.className = kind === "error" ? "toast error" : "toast";
    if (kind === "error") toast.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = text;
    toast.append(words);
    if (retry) toast.append(button(region().dataset.retry, () => { toast.remove(); retry(); }));
    if (url) toast.append(button(action, () => { location.href = url; }));
    const dismiss = button("×", () => toast.remove());
    dismiss.className = "dismiss";
    dismiss.setAttribute("aria-label", region().dataset.dismiss);
    toast.append(dismiss);
    for (const old of region().children) if (old.textContent === toast.textContent) old.remove();
    lift();
    region().append(toast);
    if (kind !== "error") fade(toast);
    return toast;
  }

  // A modal dialog lies above everything: the region goes with it, and comes back.
  function lift() {
    const above = document.querySelector("dialog[open]") || document.body;
    if (region().parentElement !== above) above.append(region());
  }
  document.addEventListener("close", lift, true);

  function button(label, onclick) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", onclick);
    return made;
  }

  function fade(toast) {
    setTimeout(() => (toast.matches(":hover, :focus-within") ? fade(toast) : toast.remove()), LIFE);
  }

  // A background refetch that fails is the live mark's business; a person's own act is ours.
  const mine = (detail) => detail.requestConfig?.triggeringEvent?.isTrusted;

  function again(detail) {
    const { requestConfig, elt } = detail;
    const event = requestConfig.triggeringEvent;
    if (event?.type === "submit" && elt.isConnected) return () => elt.requestSubmit();
    const source = elt.isConnected ? elt : null;
    return () => htmx.ajax(requestConfig.verb, requestConfig.path, { source, target: detail.target });
  }

  const SENTENCES = { 401: "signedOut", 403: "refused", 404: "gone", 410: "gone", 429: "slow", 503: "slow" };

  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (!mine(detail)) return;
    const status = detail.xhr.status;
    const text = region().dataset[SENTENCES[status] || "broken"];
    const final = [401, 403, 404, 410].includes(status);
    show({ text, kind: "error", retry: final ? null : again(detail) });
  });
  for (const name of ["htmx:sendError", "htmx:timeout"])
    document.addEventListener(name, ({ detail }) => {
      if (mine(detail)) show({ text: region().dataset.offline, kind: "error", retry: again(detail) });
    });
  document.addEventListener("toast", ({ detail }) => show(detail));
  document.addEventListener("click", ({ target }) => {
    target.closest("[data-toast] .dismiss")?.closest("[data-toast]").remove();
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const toast of document.querySelectorAll("[data-toast]:not(.error)")) fade(toast);
  });
})();
