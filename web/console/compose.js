// Writing: to one or many, or a file, with what it takes before it goes.
import { html, useEffect, useRef, useState } from "./preact-htm.js";
import { t, isolated, number, time, word } from "./text.js";
import { all, post, upload } from "./api.js";
import { Act, Choice, Loaded, Number, Said, Table, Trouble, useLoaded } from "./parts.js";

const classes = ["transactional", "service", "promotional"];
/** Lines, commas and semicolons of whatever keyboard stand between numbers. */
const recipients = (text) => text.split(/[\n,;،、，；؛]+/).map((one) => one.trim()).filter(Boolean);

/** What the program says of a text while it is written, and what is wrong with it. */
function usePreview(text) {
  const [said, setSaid] = useState({});
  useEffect(() => {
    if (text === "") { setSaid({}); return undefined; }
    const stop = new AbortController();
    const ask = () => post("/v1/text/preview", { text, encoding: "auto" }, { signal: stop.signal })
      .then((preview) => setSaid({ preview }), (problem) => { if (!stop.signal.aborted) setSaid({ problem }); });
    const wait = setTimeout(ask, 150);
    return () => { clearTimeout(wait); stop.abort(); };
  }, [text]);
  return said;
}

/** The text with what forces UCS-2 marked in it. */
function Marked({ text, forcing }) {
  const at = new Set(forcing.map((one) => one.index));
  return html`<p class="marked" dir="auto">${[...text].map((letter, index) =>
    at.has(index) ? html`<mark>${letter}</mark>` : letter)}</p>`;
}

function Cost({ said: { preview, problem }, text, people, takePlain }) {
  if (problem) return html`<${Trouble} problem=${problem} />`;
  if (!preview) return html`<p role="status">${t("compose.nothing_yet")}</p>`;
  const { encoding, parts, units_left: left, forcing, plain } = preview;
  const facts = [word("encoding", encoding), t("compose.parts", { n: parts }), t("compose.left", { n: left })];
  if (people > 1) facts.push(t("compose.in_all", { n: parts * people }));
  const isShorter = plain && plain.parts < parts;
  return html`<p role="status">${facts.join(" · ")}</p>
    ${forcing.length > 0 && html`<details open><summary>${t("compose.forces", { n: forcing.length })}</summary>
      <${Marked} text=${text} forcing=${forcing} />
      ${isShorter && html`<p>${t("compose.plain", { n: plain.parts })} <${Said} text=${plain.text} /></p>
        <button type="button" class="secondary" onClick=${() => takePlain(plain.text)}>${t("compose.take_plain")}</button>`}</details>`}`;
}

const Refused = ({ lines, count }) => count > 0 && html`<${Table}
    label=${t("compose.rejected", { n: count })} caption=${t("compose.rejected", { n: count })}
    head=${[t("batch.line"), t("message.to"), t("today.why")]}>${lines.slice(0, 100).map((line) => html`
  <tr><td>${number(line.line ?? line.index + 1)}</td><td><bdi>${line.to}</bdi></td>
    <td><${Said} text=${line.reason} /></td></tr>`)}<//>`;

function Sent({ answer }) {
  const first = answer.id ? answer : (answer.items || [])[0];
  const refused = answer.rejected || [];
  return html`<div role="status" class="well"><p>${t("compose.accepted", { n: answer.accepted ?? 1 })}
      ${" "}${answer.batch ? html`<a href=${`#/batches/${answer.batch}`}>${t("message.batch")}</a>`
        : first && html`<a href=${`#/messages/${first.id}`}><${Number} value=${first.to} /></a>`}</p>
    <${Refused} lines=${refused} count=${answer.rejected_count ?? refused.length} /></div>`;
}

/** Which SIMs would send it, as they are now. */
function SimsFor({ pool }) {
  const sims = useLoaded(() => all("/v1/sims"), [], ["sim.changed"]);
  return html`<${Loaded} of=${sims}>${(items) => {
    const ready = items.filter((one) => one.state === "ready" && one.pools.includes(pool));
    const names = ready.map((one) => one.label || one.number || one.iccid);
    return html`<p>${t("compose.sims", { n: ready.length })} <bdi>${names.slice(0, 20).map(isolated).join(", ")}</bdi></p>`;
  }}<//>`;
}

/** The pools there are, the usual one first. */
function usePools() {
  const sims = useLoaded(() => all("/v1/sims"), []);
  return [...new Set(["default", ...(sims.value || []).flatMap((one) => one.pools)])];
}

function ByHand({ sent }) {
  const [to, setTo] = useState("");
  const [text, setText] = useState("");
  const [kind, setKind] = useState("transactional");
  const [pool, setPool] = useState("default");
  const [sendAt, setSendAt] = useState("");
  const pools = usePools();
  const said = usePreview(text);
  const key = useRef(crypto.randomUUID());  // sent again after an error, it is the same message
  const people = recipients(to);
  const renew = (set) => (value) => { key.current = crypto.randomUUID(); set(value); };
  const changed = (set) => (event) => renew(set)(event.currentTarget.value);
  const send = async () => {
    const by = key.current;
    const body = { to: people.length === 1 ? people[0] : people, text, class: kind, pool };
    if (sendAt) body.send_at = new Date(sendAt).toISOString();
    sent(await post("/v1/messages", body, { headers: { "Idempotency-Key": by } }));
    if (key.current !== by) return;  // the next one is being written already
    key.current = crypto.randomUUID();
    setTo("");
    setText("");
    setSendAt("");
  };
  return html`<label>${t("compose.to")}<textarea rows="2" dir="ltr" value=${to} onInput=${changed(setTo)} />
      <small>${t("compose.to_hint", { n: people.length })}</small></label>
    <label>${t("compose.text")}<textarea rows="5" dir="auto" value=${text} onInput=${changed(setText)} /></label>
    <${Cost} said=${said} text=${text} people=${people.length} takePlain=${renew(setText)} />
    <div class="filter"><${Choice} label=${t("compose.class")} value=${kind} onChange=${changed(setKind)}
        options=${classes.map((one) => [one, word("class", one)])} />
      ${pools.length > 1 && html`<${Choice} label=${t("fact.pool")} value=${pool} onChange=${changed(setPool)}
        options=${pools.map((one) => [one, one])} />`}
      <label>${t("compose.send_at")}<input type="datetime-local" value=${sendAt} onInput=${changed(setSendAt)} />
        ${sendAt && html`<small>${time(sendAt)}</small>`}</label></div>
    <${SimsFor} pool=${pool} />
    <${Act} act=${send} disabled=${people.length === 0 || text === ""}>${t("compose.send", { n: people.length })}<//>`;
}

// --- a file ---------------------------------------------------------------------------------------

/** The first lines as cells, for the eye: quotes are read, and a line break within them ends there. */
const cellsOf = (line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,;\t]*)(?:[,;\t]|$)/g)]
  .map(([, cell]) => cell.replace(/^"|"$/g, "").replaceAll('""', '"')).slice(0, -1);

function FirstLines({ lines }) {
  const [head, ...rest] = lines.map(cellsOf);
  const label = t("compose.first_lines");
  return html`<${Table} label=${label} caption=${label} head=${head.map((one) => html`<bdi>${one}</bdi>`)}>
    ${rest.map((cells) => html`<tr>${cells.map((cell) => html`<td class="cut" dir="auto">${cell}</td>`)}</tr>`)}<//>`;
}

function Checked({ of: found }) {
  return html`<div role="status"><p><strong>${t("compose.checked", { n: found.messages })}</strong>
      ${" "}${t("compose.in_all", { n: found.parts })}</p>
    <${Refused} lines=${found.rejected} count=${found.rejected_count} /></div>`;
}

function ByFile({ sent }) {
  const [file, setFile] = useState(null);
  const [lines, setLines] = useState([]);
  const [found, setFound] = useState(null);
  const [gone, setGone] = useState(null);  // how much of it has left here
  const [round, setRound] = useState(0);
  const key = useRef("");
  const path = "/v1/messages/batch";
  const choose = async (event) => {
    const chosen = event.currentTarget.files[0] || null;
    key.current = crypto.randomUUID();
    setFile(chosen);
    setFound(null);
    setLines(chosen ? (await chosen.slice(0, 4096).text()).split(/\r?\n/).filter(Boolean).slice(0, 6) : []);
  };
  const forgetFile = () => { setFile(null); setLines([]); setFound(null); setRound((n) => n + 1); };
  const hand = (to, headers) => {
    setGone(0);
    return upload(to, file, setGone, headers).finally(() => setGone(null));
  };
  const check = async () => {
    const by = key.current;
    const answer = await hand(`${path}?check=true`);
    if (by === key.current) setFound(answer);  // else another file was chosen meanwhile
  };
  const send = async () => {
    sent(await hand(path, { "Idempotency-Key": key.current }));
    forgetFile();
  };
  return html`<label>${t("compose.file")}<input key=${round} type="file" accept=".csv,text/csv" onChange=${choose}
        disabled=${gone !== null} />
      <small>${t("compose.file_hint")}</small></label>
    ${lines.length > 0 && html`<${FirstLines} lines=${lines} />`}
    ${gone !== null && html`<progress max="1" value=${gone} aria-label=${t("compose.uploading")} />`}
    ${found && html`<p><bdi>${file.name}</bdi></p><${Checked} of=${found} />`}
    <${SimsFor} pool="default" />
    <div class="acts">${found === null ? html`<${Act} act=${check} disabled=${!file}>${t("compose.check")}<//>`
      : html`<${Act} act=${send} disabled=${found.messages === 0}>${t("compose.send_file", { n: found.messages })}<//>`}</div>`;
}

export function Compose() {
  const [answer, setAnswer] = useState(null);
  const [isFile, setIsFile] = useState(false);
  const turn = (to) => () => { setIsFile(to); setAnswer(null); };
  return html`<div role="group">
      <button class=${isFile ? "secondary" : ""} aria-pressed=${!isFile} onClick=${turn(false)}>${t("compose.by_hand")}</button>
      <button class=${isFile ? "" : "secondary"} aria-pressed=${isFile} onClick=${turn(true)}>${t("compose.by_file")}</button></div>
    ${answer && html`<${Sent} answer=${answer} />`}
    ${isFile ? html`<${ByFile} sent=${setAnswer} />` : html`<${ByHand} sent=${setAnswer} />`}`;
}
