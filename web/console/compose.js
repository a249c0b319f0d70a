// Writing: to one or many, or a file, with what it will cost before it goes.
import { html, useEffect, useRef, useState } from "./preact-htm.js";
import { t, number, word } from "./text.js";
import { call, post } from "./api.js";
import { Act, Choice, Loaded, Number, Said, Trouble, useLoaded } from "./parts.js";
import { get } from "./api.js";

const classes = ["transactional", "service", "promotional"];
const recipients = (text) => text.split(/[\n,;]+/).map((one) => one.trim()).filter(Boolean);

/** What the program says of a text while it is written: never older than the last answer asked for. */
function usePreview(text, encoding) {
  const [preview, setPreview] = useState(null);
  useEffect(() => {
    if (text === "") { setPreview(null); return undefined; }
    const stop = new AbortController();
    const wait = setTimeout(() => post("/v1/text/preview", { text, encoding }, { signal: stop.signal })
      .then(setPreview, () => {}), 150);
    return () => { clearTimeout(wait); stop.abort(); };
  }, [text, encoding]);
  return preview;
}

/** The text with what forces UCS-2 marked in it. */
function Marked({ text, forcing }) {
  const at = new Set(forcing.map((one) => one.index));
  return html`<p class="marked" dir="auto">${[...text].map((letter, index) => at.has(index)
    ? html`<mark>${letter}</mark>` : letter)}</p>`;
}

function Cost({ preview, text, people, takePlain }) {
  if (!preview) return html`<p role="status">${t("compose.nothing_yet")}</p>`;
  const { encoding, parts, units_left: unitsLeft, forcing, plain } = preview;
  return html`<div role="status">
      <p>${word("encoding", encoding)} · ${t("compose.parts", { n: parts })} · ${t("compose.left", { n: unitsLeft })}
        ${people > 1 && html` · ${t("compose.in_all", { n: parts * people })}`}</p></div>
    ${forcing.length > 0 && html`<details open><summary>${t("compose.forces", { n: forcing.length })}</summary>
      <${Marked} text=${text} forcing=${forcing} />
      ${plain && plain.parts < parts && html`<p>${t("compose.plain", { n: plain.parts })} <${Said} text=${plain.text} /></p>
        <button type="button" class="secondary" onClick=${() => takePlain(plain.text)}>${t("compose.take_plain")}</button>`}</details>`}`;
}

function Sent({ answer }) {
  const one = answer.id ? [answer] : answer.items || [];
  return html`<div role="status" class="well">
    <p>${t("compose.accepted", { n: answer.accepted ?? 1 })}
      ${" "}${answer.batch ? html`<a href="#/messages">${t("page.messages")}</a>`
        : one[0] && html`<a href=${`#/messages/${one[0].id}`}><${Number} value=${one[0].to} /></a>`}</p>
    ${answer.rejected && answer.rejected.length > 0 && html`<table><caption>${t("compose.rejected", { n: answer.rejected_count ?? answer.rejected.length })}</caption>
      <tbody>${answer.rejected.slice(0, 100).map((line) => html`<tr><td>${number(line.line ?? line.index + 1)}</td>
        <td><bdi>${line.to}</bdi></td><td><${Said} text=${line.reason} /></td></tr>`)}</tbody></table>`}</div>`;
}

function SimsFor() {
  const sims = useLoaded(() => get("/v1/sims"), [], ["sim.changed"]);
  return html`<${Loaded} of=${sims}>${({ items }) => {
    const ready = items.filter((one) => one.state === "ready");
    return html`<p>${t("compose.sims", { n: ready.length })} <bdi>${ready.map((one) => one.label || one.number || one.iccid).join(", ")}</bdi></p>`;
  }}<//>`;
}

function One({ sent }) {
  const [to, setTo] = useState("");
  const [text, setText] = useState("");
  const [kind, setKind] = useState("transactional");
  const [sendAt, setSendAt] = useState("");
  const preview = usePreview(text, "auto");
  const key = useRef(crypto.randomUUID());
  const people = recipients(to);
  const send = async () => {
    const body = { to: people.length === 1 ? people[0] : people, text, class: kind };
    if (sendAt) body.send_at = new Date(sendAt).toISOString();
    sent(await post("/v1/messages", body));
    key.current = crypto.randomUUID();
    setTo(""); setText("");
  };
  return html`<label>${t("compose.to")}<textarea rows="2" dir="ltr" value=${to} onInput=${(event) => setTo(event.currentTarget.value)} />
      <small>${t("compose.to_hint", { n: people.length })}</small></label>
    <label>${t("compose.text")}<textarea rows="5" dir="auto" value=${text} onInput=${(event) => setText(event.currentTarget.value)} /></label>
    <${Cost} preview=${preview} text=${text} people=${people.length} takePlain=${setText} />
    <${Choice} label=${t("compose.class")} value=${kind} onChange=${(event) => setKind(event.currentTarget.value)}
      options=${classes.map((one) => [one, word("class", one)])} />
    <label>${t("compose.send_at")}<input type="datetime-local" value=${sendAt} onInput=${(event) => setSendAt(event.currentTarget.value)} /></label>
    <${SimsFor} />
    <${Act} act=${send} disabled=${people.length === 0 || text === ""}>${t("compose.send", { n: people.length })}<//>`;
}

/** The first lines, as they would be read: what has quotes over several lines is not shown whole. */
const firstLines = (text) => text.split(/\r?\n/).slice(0, 6);

function File({ sent }) {
  const [file, setFile] = useState(null);
  const [lines, setLines] = useState([]);
  const choose = async (event) => {
    const chosen = event.currentTarget.files[0];
    setFile(chosen || null);
    setLines(chosen ? firstLines(await chosen.slice(0, 4096).text()) : []);
  };
  const send = async () => sent(await call("POST", "/v1/messages/batch", file, { type: "text/csv" }));
  return html`<label>${t("compose.file")}<input type="file" accept=".csv,text/csv" onChange=${choose} /><small>${t("compose.file_hint")}</small></label>
    ${lines.length > 0 && html`<pre dir="auto">${lines.join("\n")}</pre>`}
    <${Act} act=${send} disabled=${!file}>${t("compose.send_file")}<//>`;
}

export function Compose() {
  const [answer, setAnswer] = useState(null);
  const [isFile, setIsFile] = useState(false);
  return html`<div role="group">
      <button class=${isFile ? "secondary" : ""} aria-pressed=${!isFile} onClick=${() => setIsFile(false)}>${t("compose.by_hand")}</button>
      <button class=${isFile ? "" : "secondary"} aria-pressed=${isFile} onClick=${() => setIsFile(true)}>${t("compose.by_file")}</button></div>
    ${answer && html`<${Sent} answer=${answer} />`}
    ${isFile ? html`<${File} sent=${setAnswer} />` : html`<${One} sent=${setAnswer} />`}`;
}
