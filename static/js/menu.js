// <details class="menu">: closes on Escape, on a click elsewhere, and when another one opens. What
// would be refetched under an open menu waits until it is closed.
(() => {
  const open = () => document.querySelectorAll("details.menu[open]");

  document.addEventListener("click", ({ target }) => {
    for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  });
  let waiting = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { target, requestConfig } = event.detail;
    const byPoke = !requestConfig?.triggeringEvent?.isTrusted;
    if (!byPoke || !target.querySelector?.("details.menu[open]")) return;
    waiting = true;
    event.preventDefault();
  });
  document.addEventListener("toggle", () => {
    if (!waiting || open().length) return;
    waiting = false;
    document.body.dispatchEvent(new Event("reconnected"));
  }, true);

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu[open]");
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const items = [...menu.querySelectorAll(".menu-list :is(a, button, input)")];
    if (!items.length) return;
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = items.indexOf(document.activeElement) + step;
    items[(next + items.length) % items.length].focus();
    event.preventDefault();
  });
})();
