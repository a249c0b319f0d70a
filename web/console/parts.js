// Small parts that pages are made of.
import { html, useEffect, useState } from "./preact-htm.js";
import { t, has, word, ago, time, ltr } from "./text.js";
import { get } from "./api.js";
import { onHappening } from "./live.js";

/** Between two readings of what changes all the time, in ms; longer where reading takes longer. */
const breath = 100;

/** What `load` gives, read again when one of `types` happens ("message.*"); never twice at once. */
export function useLoaded(load, dependencies, types = []) {
  const [state, setState] = useState({ value: undefined, problem: null, isLoading: true });
  useEffect(() => {
    let isGone = false, isBusy = false, isWanted = false;
    const read = async () => {
      if (isBusy) { isWanted = true; return; }
      isBusy = true;
      isWanted = false;
      const began = performance.now();
      try {
        const value = await load();
        if (!isGone) setState({ value, problem: null, isLoading: false });
      } catch (problem) {
        if (!isGone) setState((before) => ({ value: before.value, problem, isLoading: false }));
      }
      // Busy until then: else each of many happenings is a reading of its own.
      const took = performance.now() - began;
      setTimeout(() => {
        isBusy = false;
        if (isWanted && !isGone) read();
      }, Math.max(breath, took));
    };
    const fits = (type) => type === "reset" ||
      types.some((one) => one === type || (one.endsWith("*") && type.startsWith(one.slice(0, -1))));
    const end = onHappening((type) => { if (fits(type)) read(); });
    read();
    return () => { isGone = true; end(); };
  }, dependencies);
  return state;
}

/** A list of the API, a page at a time. */
export function usePages(path, types, again = []) {
  const [pages, setPages] = useState([null]);  // the cursor of each that is shown
  useEffect(() => setPages([null]), [path]);
  const join = (cursor) => path + (path.includes("?") ? "&" : "?") + "limit=50" +
    (cursor ? `&after=${encodeURIComponent(cursor)}` : "");
  const loaded = useLoaded(async () => {
    const items = [];
    let next = null;
    for (const cursor of pages) {
      const page = await get(join(cursor));
      items.push(...page.items);
      next = page.next;
    }
    return { items, next };
  }, [path, pages, ...again], types);
  const next = loaded.value && loaded.value.next;
  return { ...loaded, more: next ? () => setPages([...pages, next]) : null };
}

export function Trouble({ problem }) {
  if (!problem) return null;
  const what = problem.status === 0 ? t("problem.unreachable") : problem.message;
  return html`<div role="alert" class="trouble"><strong>${t("problem.title")}</strong>
    <span dir="auto">${what}</span>
    ${problem.errors && problem.errors.length > 1 && html`<ul>${problem.errors.map((one) =>
      html`<li dir="auto"><code>${one.pointer}</code> ${one.detail}</li>`)}</ul>`}</div>`;
}

export function Loaded({ of, children }) {
  return html`<${Trouble} problem=${of.problem} />
    ${of.value === undefined ? (of.isLoading && html`<p aria-busy="true">${t("loading")}</p>`)
      : children(of.value)}`;
}

/** An empty page says what to do first. */
export const Empty = ({ what, children }) =>
  html`<div class="empty"><p>${what}</p>${children}</div>`;

export const More = ({ more }) =>
  more && html`<p><button class="secondary" onClick=${more}>${t("more")}</button></p>`;

export const When = ({ at }) => at ? html`<time dateTime=${at} title=${time(at)}>${ago(at)}</time>` : "–";
export const Number = ({ value }) => value ? html`<bdi class="number">${ltr(value)}</bdi>` : "–";
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

/** What is known, by the names that the API has for it. */
export const Facts = ({ of, names }) => html`<dl class="facts">${names.map((name) => {
  const value = of[name];
  if (value == null || value === "") return null;
  return html`<div key=${name}><dt>${t(`fact.${name}`)}</dt><dd>${name.endsWith("_at")
    ? html`<${When} at=${value} />` : html`<bdi>${has(`${name}.${value}`) ? word(name, value) : value}</bdi>`}</dd></div>`;
})}</dl>`;

/** A button whose work takes a while, and may fail: then it says so beside it. */
export function Act({ act, children, className = "", confirm, disabled }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const press = async () => {
    if (confirm && !window.confirm(confirm)) return;
    setBusy(true);
    setProblem(null);
    try { await act(); } catch (failed) { setProblem(failed); }
    setBusy(false);
  };
  return html`<button class=${className} aria-busy=${busy} disabled=${busy || disabled}
      onClick=${press}>${children}</button><${Trouble} problem=${problem} />`;
}

/** A form whose sending may fail; `send` gets what was filled in, by name. */
export function Form({ send, children, label, className }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    setProblem(null);
    try { await send(Object.fromEntries(new FormData(form)), form); } catch (failed) { setProblem(failed); }
    setBusy(false);
  };
  return html`<form class=${className} onSubmit=${submit}>${children}
    <${Trouble} problem=${problem} />
    <button type="submit" aria-busy=${busy} disabled=${busy}>${label}</button></form>`;
}

export const Field = ({ label, hint, ...input }) => html`<label>${label}
  <input ...${input} />${hint && html`<small>${hint}</small>`}</label>`;
export const Choice = ({ label, options, chosen, ...select }) => html`<label>${label}
  <select ...${select}>${options.map(([value, text]) =>
    html`<option key=${value} value=${value} selected=${chosen === undefined ? undefined : value === chosen}>${text}</option>`)}</select></label>`;
