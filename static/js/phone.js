// The simulated phone: the screen stays at its end, and a sent text leaves the box at once.
(() => {
  const screen = () => document.getElementById("phone-screen");
  const toEnd = () => { if (screen()) screen().scrollTop = screen().scrollHeight; };
  const form = document.getElementById("phone-form");
  let sent = "";

  document.addEventListener("htmx:afterSwap", toEnd);
  document.addEventListener("DOMContentLoaded", toEnd);
  toEnd();

  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.elt !== form) return;
    sent = form.elements.text.value;
    form.elements.text.value = "";
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== form || (detail.xhr.status >= 200 && detail.xhr.status < 400)) return;
    form.elements.text.value ||= sent;
  });
})();
