// The side sheet opens when htmx puts something into it, and closes on Escape, on a click beside
// it, or when the server says so (HX-Trigger: close-sheet).
(() => {
  const sheet = document.getElementById("side-sheet");
  if (!sheet) return;
  const body = sheet.querySelector("#side-sheet-body");

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target === body && !sheet.open) sheet.showModal();
  });
  document.addEventListener("close-sheet", () => sheet.close());
  sheet.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close-sheet]")) return;
    event.preventDefault();
    sheet.close();
  });
  sheet.addEventListener("click", ({ target }) => { if (target === sheet) sheet.close(); });
  sheet.addEventListener("close", () => body.replaceChildren());
})();
