// What happens, as it happens: one stream for all pages of a window, and whether it stands. A window
// that nobody looks at has none: browsers allow six connections to one program.

const listeners = new Set();
const watchers = new Set();
let source = null;
let state = "closed";  // open, lost, closed
let again = 0;  // the timer of a stream that was refused
let isWanted = false;

function tell(next) {
  if (next === state) return;
  state = next;
  for (const watch of watchers) watch(state);
}

const types = ["message.queued", "message.sending", "message.sent", "message.delivered",
  "message.undelivered", "message.failed", "message.expired", "message.cancelled",
  "message.suppressed", "message.uncertain", "inbound.received", "inbound.call",
  "suppression.changed", "modem.changed", "sim.changed", "alarm.raised", "alarm.cleared"];

/** `about` is as other calls show it; null: it was too long to be told. */
function hear(event) {
  const { data: about } = JSON.parse(event.data);
  for (const listen of listeners) listen(event.type, about);
}

const say = (type) => { for (const listen of listeners) listen(type, null); };
/** What was missed is read anew. */
const startOver = () => say("reset");

function drop() {
  clearTimeout(again);
  if (source) source.close();
  source = null;
}

/** `isFirst`: pages read after this, and have missed nothing. */
function connect(isFirst) {
  drop();
  if (document.hidden) return;
  let isNew = !isFirst;
  source = new EventSource("/v1/events");
  source.onopen = () => {
    tell("open");
    if (isNew) startOver();
    isNew = false;  // the browser comes back by itself, and says what it has heard last
  };
  source.onerror = () => {
    tell("lost");
    // It does not where it was answered with an error.
    if (source.readyState !== EventSource.CLOSED) return;
    say("refused");
    again = setTimeout(connect, 3000);
  };
  for (const type of types) source.addEventListener(type, hear);
  source.addEventListener("reset", startOver);
  source.addEventListener("dropped", () => { say("refused"); connect(); });
}

document.addEventListener("visibilitychange", () => {
  if (!isWanted) return;
  if (document.hidden) drop();
  else connect();
});

/** Before pages read what they show. */
export function open() {
  isWanted = true;
  connect(true);
}

export function close() {
  isWanted = false;
  drop();
  tell("closed");
}

/**
 * `listen(type, data)` for what happens, "reset" when some of it was missed and "refused" when
 * nobody may be signed in any more; gives what ends it.
 */
export function onHappening(listen) {
  listeners.add(listen);
  return () => listeners.delete(listen);
}
export function onState(watch) {
  watchers.add(watch);
  watch(state);
  return () => watchers.delete(watch);
}
