// F2: from an event to its being seen, by a browser that shows a page of the console while the rack
// is at work. The word on standard input says which page is looked at, and for how many seconds; a
// line of JSON answers it. It ends with its input.
//
//     node tests/bench/console_live.mjs URL KEY CONTROL_SOCKET NAME PASSWORD
//     today 20
//     {"seen":[41,…],"whole":[97,…],"heard":[12,…],"missed":0}
//
// `heard` is from the event's own time to a bare client of GET /v1/events beside the browser,
// `seen` from the same to the frame that shows it, `whole` from what was done to the rack to that
// frame; all in ms, all on the clock of this machine.
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { enter, go, packages, settled } from "../console/stage.js";

const { chromium } = packages("playwright-core");
const [url, key, control, name, password] = process.argv.slice(2);
const patience = 15_000;  // ms, until an event is given up as not seen: a SIM whose part is in
                          // doubt waits for five seconds before it is ready

// --- the rack and the program -------------------------------------------------------------------

const rack = connect(control);
const answers = createInterface({ input: rack })[Symbol.asyncIterator]();
async function ask(line) {
  rack.write(`${line}\n`);
  const { value } = await answers.next();
  if (!value?.startsWith("ok")) throw new Error(`rack: ${line}: ${value}`);
  return value.slice(3);
}

async function call(method, path, body) {
  const answer = await fetch(url + path, { method, body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" } });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** What a bare client hears: functions that want to know of each event and when it came. */
const listeners = new Set();
async function listen() {
  const types = "inbound.received,sim.changed,message.sending,message.sent,message.delivered";
  const { body } = await fetch(`${url}/v1/events?types=${types}`,
    { headers: { Authorization: `Bearer ${key}` } });
  let text = "";
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    const now = Date.now();
    text += piece;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    if (listeners.size === 0) continue;
    for (const block of blocks) {
      const type = /^event: (.+)$/m.exec(block)?.[1];
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (!type || !data) continue;
      for (const one of listeners) one(type, data, now);
    }
  }
  throw new Error("the stream of events has ended");
}

/** The first event of that type whose line says `text`: its time, and when it was heard. */
function event(wanted, text) {
  return new Promise((done) => {
    const hear = (type, line, heard) => {
      if (type !== wanted || !line.includes(text)) return;
      stop();
      done({ at: Date.parse(JSON.parse(line).at), heard });
    };
    const end = setTimeout(() => { stop(); done(null); }, patience);
    const stop = () => { listeners.delete(hear); clearTimeout(end); };
    listeners.add(hear);
  });
}

// --- the page -----------------------------------------------------------------------------------

/** When the frame began that shows it: `look`, a function's text, says whether the page does. */
const seen = (page, look, argument) => page.evaluate(({ look, argument, patience }) =>
  new Promise((done) => {
    const is = new Function(`return (${look})`)();
    const end = () => { watch.disconnect(); clearTimeout(late); };
    const tell = () => requestAnimationFrame(() => done(Date.now()));
    const watch = new MutationObserver(() => { if (is(argument)) { end(); tell(); } });
    watch.observe(document.body,
      { subtree: true, childList: true, attributes: true, characterData: true });
    const late = setTimeout(() => { end(); done(null); }, patience);
    if (is(argument)) { end(); tell(); }
  }), { look: look.toString(), argument, patience });

const figures = { seen: [], whole: [], heard: [], missed: 0 };
async function note(event, shown, began) {
  const [happened, at] = await Promise.all([event, shown]);
  if (!happened) throw new Error("an event did not come");
  figures.heard.push(happened.heard - happened.at);
  if (at === null) { ++figures.missed; return; }
  figures.seen.push(at - happened.at);
  if (began) figures.whole.push(at - began);
}

let count = 0;
const numberOf = () => `+98935${String(Date.now() % 10_000_000).padStart(7, "0")}`;
const slots = (await ask("list")).split(" ").map((one) => one.split("=")[0]);
/** docs/virtual-rack.md. */
const iccidOf = (slot) => String(8998110000000000000n + BigInt(slot.split("-")[1]));
const slot = () => slots[Math.floor(Math.random() * slots.length)];

/** Each is a page, and what happens once before it is looked at. */
const pages = {
  inbox: { path: "inbox", async once(page) {
    const text = `probe ${++count} of the inbox`;
    const shown = seen(page, (text) => document.querySelector(".conversations")?.textContent
      .includes(text), text);
    const happened = event("inbound.received", text);
    await ask(`deliver ${slot()} ${numberOf()} ${text}`);
    await note(happened, shown, Date.now());
  } },
  today: { path: "today", async once(page) {
    const figure = () => Number(document.querySelectorAll(".figure dd")[4].textContent
      .replace(/\D/g, ""));
    const text = `probe ${++count} of today`;
    const before = await page.evaluate(`(${figure})()`);
    const shown = seen(page, `(before) => (${figure})() > before`, before);
    const happened = event("inbound.received", text);
    await ask(`deliver ${slot()} ${numberOf()} ${text}`);
    await note(happened, shown, Date.now());
  } },
  rack: { path: "rack", async once(page) {
    const which = slot();
    const looks = ([name, state]) => [...document.querySelectorAll(".tile")].some((tile) =>
      tile.querySelector("bdi").textContent === name && tile.classList.contains(state));
    for (const [act, state] of [["unplug", "absent"], ["replug", "ready"]]) {
      const { missed } = figures;
      const shown = seen(page, looks, [which, state]);
      const happened = event("sim.changed", `{"sim":"${iccidOf(which)}","state":"${state}"`);
      await ask(`${act} ${which}`);
      await note(happened, shown, state === "absent" && Date.now());
      if (figures.missed > missed) {  // else what comes next is taken for seen at once
        if (state === "absent") await ask(`replug ${which}`);
        await go(page, "today");
        await go(page, "rack");
        return;
      }
    }
  } },
  message: { path: "messages", async once(page) {
    const { id } = await call("POST", "/v1/messages", { to: numberOf(), text: `probe ${++count}`,
      priority: 9, send_at: new Date(Date.now() + 1500).toISOString() });
    const states = ["sending", "sent", "delivered"];
    const happen = states.map((state) => event(`message.${state}`, id));
    await go(page, `messages/${id}`);
    const shown = states.map((state, i) => seen(page, (later) =>
      later.some((one) => document.querySelector(`main .state-${one}`)), states.slice(i)));
    await Promise.all(states.map((_, i) => note(happen[i], shown[i])));
  } },
};

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
try {
  const viewport = { width: 1280, height: 900 };
  const context = await browser.newContext({ locale: "en-GB", viewport });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.goto(url);
  await enter(page, name, password);
  await page.locator("nav").waitFor({ state: "attached" });
  await settled(page);
  listen().catch((error) => { console.error(error); process.exit(1); });
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const [which, seconds] = line.split(" ");
    Object.assign(figures, { seen: [], whole: [], heard: [], missed: 0 });
    await go(page, pages[which].path);
    await pause(500);
    const end = Date.now() + seconds * 1000;
    do {
      await pages[which].once(page);
      await pause(Math.random() * 300);  // so that no beat of the page is met again and again
    } while (Date.now() < end);
    console.log(JSON.stringify(figures));
  }
} finally {
  await browser.close();
}
process.exit(0);
