// The side sheet opens when htmx puts something into it, and closes on Escape, on a click beside
// it, or when the server says so (HX-Trigger: close-sheet).
(() => {
  const sheet = document.getElementById("side-sheet");
  if (!sheet) return;
  const body = sheet.querySelector("#side-sheet-body");

  // Only once htmx has taken its forms in: what opens takes the focus, and Enter sends it.
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
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
