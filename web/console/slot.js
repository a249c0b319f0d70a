// One slot of the shelf: its verdict, what a technician does, and how it has been.
import { html, useState } from "./preact-htm.js";
import { t, stamp, told, word } from "./text.js";
import { get, post } from "./api.js";
import { Act, Facts, Field, Form, Lamp, Loaded, More, Said, Table, When, lampOf, useLoaded, usePages } from "./parts.js";
import { Plot } from "./plot.js";
import { SimTerms } from "./sims.js";

const facts = ["maker", "model", "firmware", "imei", "device", "usb_path", "profile", "operator",
  "registration", "temperature", "millivolts", "answer_ms", "refused_percent", "proven_at"];

const Verdict = ({ modem }) => html`<p class=${`verdict ${modem.verdict.level}`} role="status">
  <${Lamp} kind=${lampOf(modem)} /> <strong>${word("modem", modem.state)}</strong>
  ${" "}<${Said} text=${told(modem.verdict.because)} />
  ${modem.verdict.do_next && html`<br /><em>${t("do")}</em> <${Said} text=${told(modem.verdict.do_next)} />`}</p>`;

const Ussd = ({ path }) => {
  const [said, setSaid] = useState(null);
  const ask = async ({ code }) => setSaid(await post(`${path}/ussd`, { code }));
  return html`<${Form} className="inline" label=${t("slot.ask")} send=${ask}>
    <${Field} label=${t("slot.ussd")} name="code" required dir="ltr" maxlength="182"
      placeholder="*140*1#" /><//>
    ${said && html`<p role="status">${word("ussd", said.status)} <${Said} text=${said.text || ""} /></p>`}`;
};

function Actions({ path, modem }) {
  const [done, setDone] = useState("");
  const act = (what, note) => async () => {
    setDone("");
    await post(`${path}/${what}`);
    setDone(note ? t(note) : "");
  };
  return html`<div class="acts">
      ${modem.state === "paused" ? html`<${Act} act=${act("resume")}>${t("slot.resume")}<//>`
        : html`<${Act} className="secondary" act=${act("pause")}>${t("slot.pause")}<//>`}
      <${Act} className="secondary" act=${act("restart")} confirm=${t("slot.restart_sure")}>${t("slot.restart")}<//>
      <${Act} className="secondary" act=${act("identify", "slot.blinks")}>${t("slot.identify")}<//>
      <${Act} className="secondary" act=${act("loopback", "slot.loops")}>${t("slot.loopback")}<//></div>
    ${done && html`<p role="status" class="well">${done}</p>`}
    <${Ussd} path=${path} />`;
}

function Dialogue({ path }) {
  const talk = useLoaded(() => get(`${path}/dialogue?limit=200`), [path]);
  return html`<${Loaded} of=${talk}>${({ items }) => html`<ol class="dialogue" dir="ltr" tabindex="0"
    aria-label=${t("slot.dialogue")}>${items.map((line) => html`<li class=${line.direction}>
      <time>${stamp(line.at)}</time> <code>${line.text}</code></li>`)}</ol>`}<//>`;
}

function Events({ path }) {
  const events = usePages(`${path}/events`, ["modem.changed"]);
  return html`<${Loaded} of=${events}>${({ items }) => html`<${Table} label=${t("slot.events")}
      head=${[t("message.when"), t("event.kind"), t("event.what")]}>${items.map((one) => html`<tr><td><${When} at=${one.at} /></td>
      <td>${word("event", one.kind)}</td><td><${Said} text=${one.what} /></td></tr>`)}<//>
    <${More} more=${events.more} />`}<//>`;
}

const seconds = (at) => Date.parse(at) / 1000;

function History({ path }) {
  const day = useLoaded(async () => {
    const [signal, parts] = await Promise.all([get(`${path}/signal`), get(`${path}/submissions`)]);
    const told = parts.items.filter((one) => one.mean_ms != null);
    return { signal: signal.items.map((one) => [seconds(one.at), one.mean_dbm]),
      parts: parts.items.map((one) => [seconds(one.at), one.sent + one.refused + one.uncertain]),
      times: told.map((one) => [seconds(one.at), one.mean_ms / 1000]) };
  }, [path]);
  return html`<${Loaded} of=${day}>${({ signal, parts, times }) => html`<div class="plots">
    <${Plot} title=${t("slot.signal")} points=${signal} unit="dBm" />
    <${Plot} title=${t("slot.submissions")} points=${parts} unit="" />
    <${Plot} title=${t("slot.times")} points=${times} unit="s" /></div>`}<//>`;
}

export function Slot({ id, user }) {
  const path = `/v1/modems/${encodeURIComponent(id)}`;
  const slot = useLoaded(async () => {
    const modem = await get(path);
    const sim = modem.iccid && await get(`/v1/sims/${modem.iccid}`).catch(() => null);
    return { modem, sim };
  }, [path], ["modem.changed", "sim.changed"]);
  const [wantsTalk, setWantsTalk] = useState(false);
  const maySee = ["admin", "technician"].includes(user.role);
  return html`<div><p><a href="#/rack">${t("page.rack")}</a></p><h1><bdi>${id}</bdi></h1>
    <${Loaded} of=${slot}>${({ modem, sim }) => html`
      <${Verdict} modem=${modem} />
      ${maySee && html`<${Actions} path=${path} modem=${modem} />`}
      ${sim && html`<h2>${t("message.sim")} <a href=${`#/sims/${sim.iccid}`}><bdi>${sim.label || sim.iccid}</bdi></a></h2>
        <${SimTerms} key=${sim.iccid} sim=${sim} user=${user} />`}
      <h2>${t("slot.facts")}</h2><${Facts} of=${modem} names=${facts} />`}<//>
    <h2>${t("slot.history")}</h2><${History} path=${path} />
    ${user.role !== "viewer" && html`<details onToggle=${(event) => setWantsTalk(event.currentTarget.open)}>
      <summary>${t("slot.dialogue")}</summary>${wantsTalk && html`<${Dialogue} path=${path} />`}</details>`}
    <h2>${t("slot.events")}</h2><${Events} path=${path} /></div>`;
}
