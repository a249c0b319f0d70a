// Small parts that pages are made of.
import { html, useEffect, useState } from "./preact-htm.js";
import { t, has, number, word, ago, time, ltr } from "./text.js";
import { get } from "./api.js";
import { onHappening } from "./live.js";

const shortest_pause = 100;  // ms between two readings of the same, while things happen

const isAmong = (types, type) => type === "reset" ||
  types.some((one) => one === type || (one.endsWith("*") && type.startsWith(one.slice(0, -1))));

/**
 * What `load` gives, read again when one of `types` happens ("message.*"); never twice at once, and
 * no more than half of the time. `patch(type, about, value)` may give how one happening alone
 * changes the value; nothing: all is read again.
 */
export function useLoaded(load, dependencies, types = [], patch = null) {
  const [state, setState] = useState({ value: undefined, problem: null, isLoading: true });
  useEffect(() => {
    let value, isGone = false, isBusy = false, isWanted = false;
    let turn = 0;  // full readings begun
    let queue = Promise.resolve();
    const waiting = new Set();  // what is to be read of one thing alone
    const show = (next) => { value = next; setState({ value, problem: null, isLoading: false }); };
    const read = async () => {
      if (isBusy) { isWanted = true; return; }
      isBusy = true;
      isWanted = false;
      ++turn;
      const began = performance.now();
      try {
        const next = await load();
        if (!isGone) show(next);
      } catch (problem) {
        if (!isGone) setState({ value, problem, isLoading: false });
      }
      const pause = Math.max(shortest_pause, performance.now() - began);
      setTimeout(() => { isBusy = false; if (isWanted && !isGone) read(); }, pause);
    };
    /** In the order in which they were heard; a full reading that began since knows better. */
    const readOne = (type, about, subject) => {
      waiting.add(subject);
      const asOf = turn;
      queue = queue.then(async () => {
        waiting.delete(subject);
        if (isGone || asOf !== turn) return;
        const change = await patch(type, about, value);
        if (isGone || asOf !== turn) return;
        if (change === undefined) read();
        else show(change(value));
      });
    };
    const hear = (type, about) => {
      if (!isAmong(types, type)) return;
      if (!patch || value === undefined || isBusy || !about || waiting.size > 20) { read(); return; }
      const subject = `${type} ${about.modem} ${about.sim}`;
      if (!waiting.has(subject)) readOne(type, about, subject);
    };
    const end = onHappening(hear);
    read();
    return () => { isGone = true; end(); };
  }, dependencies);
  return state;
}

/** A list of the API, a page at a time; all that are shown are read again together. */
export function usePages(path, types, again = []) {
  const [count, setCount] = useState(1);
  useEffect(() => setCount(1), [path]);
  const join = (cursor) => path + (path.includes("?") ? "&" : "?") + "limit=50" +
    (cursor ? `&after=${encodeURIComponent(cursor)}` : "");
  const loaded = useLoaded(async () => {
    const items = [];
    let cursor = null;
    for (let i = 0; i < count && (i === 0 || cursor); ++i) {
      const page = await get(join(cursor));
      items.push(...page.items);
      cursor = page.next;
    }
    return { items, next: cursor };
  }, [path, count, ...again], types);
  const next = loaded.value && loaded.value.next;
  return { ...loaded, more: next ? () => setCount(count + 1) : null };
}

/** What happened, in the reader's language where the catalogue has it, and what the program says. */
export function Trouble({ problem }) {
  if (!problem) return null;
  const name = `problem.${problem.status === 0 ? "unreachable" : problem.name}`;
  const wrong = problem.errors && problem.errors.length > 1 ? problem.errors : [];
  return html`<div role="alert" class="trouble"><strong>${t("problem.title")}</strong>
    ${has(name) && html` <span>${t(name)}</span>`}
    ${problem.message && html` <small class="said" dir="auto">${problem.message}</small>`}
    ${wrong.length > 0 && html`<ul>${wrong.map((one) =>
      html`<li dir="auto"><code>${one.pointer}</code> ${one.detail}</li>`)}</ul>`}</div>`;
}

export function Loaded({ of, children }) {
  return html`<${Trouble} problem=${of.problem} />
    ${of.value === undefined ? (of.isLoading && html`<p aria-busy="true">${t("loading")}</p>`)
      : children(of.value)}`;
}

/** Wide ones are scrolled within themselves, also by the keyboard. */
export const Table = ({ label, head, children, caption }) => html`<div class="table" tabindex="0" role="region" aria-label=${label}>
  <table>${caption && html`<caption>${caption}</caption>`}<thead><tr>${head.map((one) => html`<th scope="col">${one}</th>`)}</tr></thead>
    <tbody>${children}</tbody></table></div>`;

/** An empty page says what to do first. */
export const Empty = ({ what, children }) =>
  html`<div class="empty"><p>${what}</p>${children}</div>`;

export const More = ({ more }) =>
  more && html`<p><button class="secondary" onClick=${more}>${t("more")}</button></p>`;

const ticking = new Set();
setInterval(() => { for (const turn of ticking) turn(); }, 20_000);

/** "3 minutes ago", also when a minute more has passed. */
export function When({ at }) {
  const [, turn] = useState(0);
  useEffect(() => {
    const again = () => turn((n) => n + 1);
    ticking.add(again);
    return () => ticking.delete(again);
  }, []);
  return at ? html`<time dateTime=${at} title=${time(at)}>${ago(at)}</time>` : "–";
}
export const Number = ({ value }) => value ? html`<bdi class="number">${ltr(value)}</bdi>` : "–";
/** Evidence names the text that shows it before the words: `in_… "stop"`. */
export const Evidence = ({ text }) => html`<${Said} text=${(text || "").replace(/^in_[0-9a-z]+ /, "")} />`;
/** Text of people: its own direction, and nothing of it is markup. */
export const Said = ({ text }) => html`<span class="said" dir="auto">${text}</span>`;
export const State = ({ group, value }) =>
  html`<span class=${`state state-${value}`}>${word(group, value)}</span>`;

const lamps = { good: "steady", poor: "slow", bad: "fast" };
/** As technicians know them: off is nobody there, a code is one that waits for a person. */
export function lampOf({ state, verdict }) {
  if (state === "absent" || state === "paused") return "off";
  return state === "locked" ? "code" : lamps[verdict.level];
}
/** What it means stands beside it in words. */
export const Lamp = ({ kind }) => html`<span class=${`lamp lamp-${kind}`} aria-hidden="true"></span>`;

const shown = (name, value) => (typeof value === "number" ? number(value) : word(name, value));

/** What is known, by the names that the API has for it. */
export const Facts = ({ of, names }) => html`<dl class="facts">${names.map((name) => {
  const value = of[name];
  if (value == null || value === "") return null;
  return html`<div key=${name}><dt>${t(`fact.${name}`)}</dt><dd>${name.endsWith("_at")
    ? html`${time(value)} <small><${When} at=${value} /></small>` : html`<bdi>${shown(name, value)}</bdi>`}</dd></div>`;
})}</dl>`;

/** A button whose work takes a while, and may fail: then it says so beside it. */
export function Act({ act, children, className = "", confirm, disabled }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const press = async () => {
    if (busy || (confirm && !window.confirm(confirm))) return;
    setBusy(true);
    setProblem(null);
    try { await act(); } catch (failed) { setProblem(failed); }
    setBusy(false);
  };
  return html`<button class=${className} aria-busy=${busy} aria-disabled=${busy} disabled=${disabled}
      onClick=${press}>${children}</button><${Trouble} problem=${problem} />`;
}

/** A form whose sending may fail; `send` gets what was filled in, by name. */
export function Form({ send, children, label, className }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try { await send(Object.fromEntries(new FormData(form)), form); } catch (failed) { setProblem(failed); }
    setBusy(false);
  };
  return html`<form class=${className} onSubmit=${submit}>${children}
    <${Trouble} problem=${problem} />
    <button type="submit" aria-busy=${busy} aria-disabled=${busy}>${label}</button></form>`;
}

export const Field = ({ label, hint, ...input }) => html`<label>${label}
  <input ...${input} />${hint && html`<small>${hint}</small>`}</label>`;
export const Choice = ({ label, options, chosen, ...select }) => html`<label>${label}
  <select ...${select}>${options.map(([value, text]) =>
    html`<option key=${value} value=${value} selected=${chosen === undefined ? undefined : value === chosen}>${text}</option>`)}</select></label>`;
