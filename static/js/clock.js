// Time that passes while a page is open: <time data-countdown datetime="…"> counts down and pokes
// "clock-ran-out" at zero; <time data-ago datetime="…"> says how long ago.
(() => {
  const language = document.documentElement.lang || "en";
  const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const two = (number) => String(number).padStart(2, "0");

  function count(element) {
    const left = Math.floor((Date.parse(element.dateTime) - Date.now()) / 1000);
    if (left <= 0) {
      element.removeAttribute("data-countdown");
      document.body.dispatchEvent(new Event("clock-ran-out"));
      return;
    }
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    element.textContent = hours ? `${hours} h ${two(minutes)}` : `${minutes}:${two(left % 60)}`;
  }

  function say(element) {
    const seconds = Math.round((Date.parse(element.dateTime) - Date.now()) / 1000);
    const [value, unit] =
      Math.abs(seconds) < 60 ? [seconds, "second"]
      : Math.abs(seconds) < 3600 ? [Math.round(seconds / 60), "minute"]
      : Math.abs(seconds) < 86400 ? [Math.round(seconds / 3600), "hour"]
      : [Math.round(seconds / 86400), "day"];
    element.textContent = ago.format(value, unit);
  }

  const tick = () => {
    document.querySelectorAll("time[data-countdown]").forEach(count);
    if (new Date().getSeconds() % 10 === 0) document.querySelectorAll("time[data-ago]").forEach(say);
  };
  setInterval(tick, 1000);
  document.addEventListener("htmx:load", tick);
})();
