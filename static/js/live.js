// The live connection. Elements with data-live="name" want to know when `name` changes; the server
// sends {"poke": name}, we dispatch an event of that name on <body>, and the page's own htmx
// attributes refetch. Protocol:
//   to server    {"subscribe": [names]}   the complete set, again whenever the page changes
//                {"ping": 1}              every 15 s
//   from server  {"poke": name}  {"pong": 1}  {"drop": name} (no longer allowed)
// After a reconnect, a tab's wake-up or coming online everything refetches ("reconnected").
(() => {
  const mark = document.getElementById("live");
  if (!mark) return;
  const words = mark.querySelector("[data-live-text]");
  const ago = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { style: "narrow" });
  const PING = 15000, SILENCE = 40000, FLOOR = 30000, GAP = 300;

  let socket, attempts = 0, heard = 0, synced = 0, answersPings = false, asked = "", retry;
  const waiting = new Map();

  const open = () => socket?.readyState === WebSocket.OPEN;
  const tell = (name) => document.body.dispatchEvent(new Event(name));
  const send = (message) => { if (open()) socket.send(JSON.stringify(message)); };
  const stepped = () => { synced = Date.now(); paint(); };

  function connect() {
    clearTimeout(retry);
    if (socket && socket.readyState <= WebSocket.OPEN) return;
    socket = new WebSocket(location.origin.replace(/^http/, "ws") + mark.dataset.url);
    socket.onopen = opened;
    socket.onmessage = ({ data }) => received(JSON.parse(data));
    socket.onclose = closed;
  }

  function opened() {
    const again = synced > 0;
    attempts = 0;
    heard = Date.now();
    asked = "";
    subscribe();
    if (again) tell("reconnected");
    stepped();
  }

  function closed({ code }) {
    paint();
    if (code === 4403 || code === 4404) return;
    const wait = Math.min(30000, 500 * 2 ** attempts++) * (0.5 + Math.random());
    retry = setTimeout(connect, wait);
  }

  function subscribe() {
    const names = new Set([...document.querySelectorAll("[data-live]")].flatMap(({ dataset }) => dataset.live.split(/\s+/)));
    const wanted = [...names].filter(Boolean).sort();
    if (wanted.join() === asked) return;
    asked = wanted.join();
    send({ subscribe: wanted });
  }

  function received(message) {
    heard = Date.now();
    if (message.pong) { answersPings = true; stepped(); }
    if (message.poke) poke(message.poke);
  }

  // The first poke at once, the last of a burst always; never more than one per GAP.
  function poke(name) {
    if (waiting.has(name)) { waiting.set(name, true); return; }
    waiting.set(name, false);
    tell(name);
    stepped();
    setTimeout(() => {
      const more = waiting.get(name);
      waiting.delete(name);
      if (more) poke(name);
    }, GAP);
  }

  function paint() {
    const state = !navigator.onLine ? "offline" : open() ? "live" : synced || attempts ? "lost" : "quiet";
    mark.dataset.state = state === "offline" ? "lost" : state;
    const seconds = Math.round((Date.now() - synced) / 1000);
    const when = synced ? ago.format(-seconds, "second") : "";
    if (state === "live") words.textContent = `${mark.dataset.textLive} · ${when}`;
    else if (state !== "quiet") words.textContent = mark.dataset[state === "lost" ? "textLost" : "textOffline"];
    mark.title = words.textContent;
  }

  setInterval(() => send({ ping: 1 }), PING);
  setInterval(() => {
    if (answersPings && open() && Date.now() - heard > SILENCE) socket.close();
    paint();
  }, 1000);
  // No socket (a proxy that will not have one): the page still catches up.
  setInterval(() => { if (!open() && !document.hidden && navigator.onLine) tell("reconnected"); }, FLOOR);

  function awake() {
    if (document.hidden) return;
    attempts = 0;
    connect();
    tell("reconnected");
    send({ ping: 1 });
  }
  document.addEventListener("visibilitychange", awake);
  addEventListener("online", awake);
  addEventListener("offline", paint);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) awake(); });
  document.addEventListener("htmx:afterSettle", subscribe);
  document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.successful) stepped(); });
  connect();
})();
