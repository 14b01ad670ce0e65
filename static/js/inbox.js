// The list beside the conversation: what is open is marked, scrolling is never disturbed, j and k
// walk through it.
(() => {
  const inbox = document.getElementById("inbox");
  if (!inbox) return;
  const scroller = () => document.getElementById("list-scroll");
  const rows = () => [...document.querySelectorAll("#conv-list .conv")];
  const byPoke = (detail) => !detail.requestConfig?.triggeringEvent?.isTrusted;

  function mark() {
    const open = document.getElementById("conversation")?.dataset.pk;
    for (const row of rows()) {
      if (row.dataset.pk === open) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  // A reader half-way down the list is told of news instead of being moved.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (elt.id !== "conversations" || !byPoke(event.detail)) return;
    const reading = scroller().scrollTop > 60;
    const banner = document.getElementById("freshen");
    banner.hidden = !reading || banner.dataset.asked === "yes";
    if (reading && banner.dataset.asked !== "yes") event.preventDefault();
    delete banner.dataset.asked;
  });
  document.addEventListener("click", ({ target }) => {
    const banner = target.closest("#freshen");
    if (!banner) return;
    banner.dataset.asked = "yes";
    banner.hidden = true;
    scroller().scrollTop = 0;
    document.body.dispatchEvent(new Event("inbox"));
  });

  // Keyboard focus survives a refetch of the list.
  let focused;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    focused = detail.target.id === "conversations" ? document.activeElement?.dataset.pk : focused;
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    mark();
    if (!focused || detail.target.id !== "conversations") return;
    rows().find((row) => row.dataset.pk === focused)?.focus({ preventScroll: true });
    focused = null;
  });
  addEventListener("popstate", () => setTimeout(mark));

  // The panel: beside the conversation where there is room, a screen of its own where there is not.
  const wide = matchMedia("(min-width: 1241px)");
  const remember = (state) => {
    inbox.dataset.panel = state;
    try { localStorage.setItem("panel", state); } catch { /* private window */ }
  };
  try { inbox.dataset.panel = localStorage.getItem("panel") || "open"; } catch { /* private window */ }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-panel-link]") || !wide.matches) return;
    event.preventDefault();
    remember(inbox.dataset.panel === "closed" ? "open" : "closed");
    document.querySelectorAll("#thread-head details[open]").forEach((menu) => { menu.open = false; });
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      document.querySelector("[data-hotkey='/']")?.focus();
      event.preventDefault();
    }
    if (event.key !== "j" && event.key !== "k") return;
    const all = rows();
    const at = all.findIndex((row) => row === document.activeElement || row.hasAttribute("aria-current"));
    const next = all[Math.max(0, Math.min(all.length - 1, at + (event.key === "j" ? 1 : -1)))];
    next?.focus();
    next?.click();
  });
})();
