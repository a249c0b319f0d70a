// The shelf as it stands, and each slot of it.
import { html, useEffect, useRef, useState } from "./preact-htm.js";
import { t, number, word, currentLanguage, has } from "./text.js";
import { get, post } from "./api.js";
import { Act, Empty, Field, Form, Lamp, Loaded, Said, When, Number, usePages, More, useLoaded } from "./parts.js";

const may = (user, ...roles) => roles.includes(user.role);

/** The hub of "1-2.3" is "1-2"; what has no path stands together. */
const hubOf = (modem) => (modem.usb_path || "").replace(/[.-][^.-]*$/, "");

const Bars = ({ dbm }) => {
  if (dbm == null) return html`<span class="weak">${t("rack.no_signal")}</span>`;
  const bars = Math.max(0, Math.min(5, Math.round((dbm + 113) / 12)));
  return html`<meter min="0" max="5" low="2" optimum="5" value=${bars} aria-label=${t("rack.signal")}></meter>
    <small>${t("dbm", { n: dbm })}</small>`;
};

function left(sim) {
  const windows = sim ? Object.entries(sim.left).filter(([, value]) => value != null) : [];
  if (windows.length === 0) return null;
  const [name, value] = windows.reduce((a, b) => (b[1] < a[1] ? b : a));
  return { name, value, limit: sim.limits[name] };
}

function Tile({ modem, sim }) {
  const allowance = left(sim);
  return html`<li><a class=${`tile ${modem.verdict.level} ${modem.state}`} href=${`#/rack/${encodeURIComponent(modem.name)}`}>
    <strong><${Lamp} level=${modem.state === "absent" || modem.state === "paused" ? "off" : modem.verdict.level} />
      <bdi>${modem.name}</bdi></strong>
    <span>${word("modem", modem.state)}</span>
    <span dir="auto">${modem.operator || "–"}</span>
    <span><${Bars} dbm=${modem.signal_dbm} /></span>
    <span dir="auto">${sim ? sim.label || sim.number || sim.iccid || sim.imsi : t("rack.no_sim")}</span>
    ${allowance && html`<span>${t("rack.left", { n: allowance.value })}
      <progress max=${allowance.limit || 1} value=${allowance.value} aria-hidden="true"></progress></span>`}
    <small>${t("rack.last")} <${When} at=${modem.last_success} /></small></a></li>`;
}

export function Rack() {
  const rack = useLoaded(async () => {
    const [modems, sims] = await Promise.all([get("/v1/modems"), get("/v1/sims")]);
    return { modems: modems.items, sims: new Map(sims.items.map((sim) => [sim.modem, sim])) };
  }, [], ["modem.changed", "sim.changed"]);
  return html`<${Loaded} of=${rack}>${({ modems, sims }) => {
    if (modems.length === 0) return html`<${Empty} what=${t("rack.empty")} />`;
    const hubs = Map.groupBy ? Map.groupBy(modems, hubOf) : modems.reduce((map, one) =>
      map.set(hubOf(one), [...(map.get(hubOf(one)) || []), one]), new Map());
    return [...hubs].map(([hub, slots]) => html`<section key=${hub}>
      ${hubs.size > 1 && html`<h2>${hub ? t("rack.hub", { hub }) : t("rack.other")}</h2>`}
      <ul class="shelf">${slots.map((modem) => html`<${Tile} key=${modem.name} modem=${modem} sim=${sims.get(modem.name)} />`)}</ul>
      </section>`);
  }}<//>`;
}

let plots = null;
/** The plotting library comes when the first plot does. */
function loadPlots() {
  plots ||= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = "/console/uplot.js";
    script.onload = () => done(window.uPlot);
    script.onerror = fail;
    document.head.append(script);
  });
  return plots;
}

function Plot({ title, points, unit }) {
  const place = useRef(null);
  useEffect(() => {
    let plot = null, isGone = false;
    if (points.length < 2) return undefined;
    loadPlots().then((uPlot) => {
      if (isGone) return;
      plot = new uPlot({ width: place.current.clientWidth || 600, height: 180, legend: { show: false },
        cursor: { show: false }, series: [{}, { stroke: "currentColor", width: 1.5 }],
        axes: [{ stroke: "gray" }, { stroke: "gray", values: (_, ticks) => ticks.map((one) => number(one)) }] },
        [points.map(([at]) => at), points.map(([, value]) => value)], place.current);
    });
    return () => { isGone = true; plot?.destroy(); };
  }, [points]);
  const values = points.map(([, value]) => value);
  return html`<figure><figcaption>${title}</figcaption>
    ${points.length < 2 ? html`<p>${t("rack.no_history")}</p>` : html`<div ref=${place} dir="ltr" role="img"
      aria-label=${t("rack.plot", { title, least: Math.min(...values), most: Math.max(...values), unit })}></div>`}</figure>`;
}

const Ussd = ({ name }) => {
  const [said, setSaid] = useState(null);
  return html`<${Form} className="inline" label=${t("slot.ask")}
      send=${async ({ code }) => setSaid(await post(`/v1/modems/${encodeURIComponent(name)}/ussd`, { code }))}>
    <${Field} label=${t("slot.ussd")} name="code" required dir="ltr" maxlength="182" placeholder="*140*1#" /><//>
    ${said && html`<p role="status">${word("ussd", said.status)} <${Said} text=${said.text || ""} /></p>`}`;
};

function Dialogue({ name }) {
  const talk = useLoaded(() => get(`/v1/modems/${encodeURIComponent(name)}/dialogue?limit=200`), [name]);
  return html`<${Loaded} of=${talk}>${({ items }) => html`<ol class="dialogue" dir="ltr">${items.map((line) => html`
    <li class=${line.direction}><time>${line.at.slice(11, 23)}</time> <code>${line.text}</code></li>`)}</ol>`}<//>`;
}

function Events({ name }) {
  const events = usePages(`/v1/modems/${encodeURIComponent(name)}/events`, ["modem.changed"]);
  return html`<${Loaded} of=${events}>${({ items }) => html`<table><tbody>${items.map((one) => html`<tr>
    <td><${When} at=${one.at} /></td><td>${word("event", one.kind)}</td><td><${Said} text=${one.what} /></td></tr>`)}</tbody></table>
    <${More} more=${events.more} />`}<//>`;
}

export function Slot({ id, user }) {
  const path = `/v1/modems/${encodeURIComponent(id)}`;
  const slot = useLoaded(async () => {
    const [modem, signal] = await Promise.all([get(path), get(`${path}/signal`)]);
    return { modem, points: signal.items.map((one) => [Date.parse(one.at) / 1000, one.mean_dbm]) };
  }, [id], ["modem.changed", "sim.changed"]);
  const [wantsTalk, setWantsTalk] = useState(false);
  const act = (what, body) => () => post(`${path}/${what}`, body);
  // In one element: else what comes before the loaded part is moved behind it when that is there.
  return html`<div><p><a href="#/rack">${t("page.rack")}</a></p><h1><bdi>${id}</bdi></h1>
    <${Loaded} of=${slot}>${({ modem, points }) => html`
      <p class=${`verdict ${modem.verdict.level}`}><${Lamp} level=${modem.verdict.level} />
        <strong>${word("modem", modem.state)}</strong> <${Said} text=${modem.verdict.because} />
        ${modem.verdict.do_next && html`<br /><em>${t("do")}</em> <${Said} text=${modem.verdict.do_next} />`}</p>
      ${may(user, "admin", "technician") && html`<div class="acts">
        ${modem.state === "paused" ? html`<${Act} act=${act("resume")}>${t("slot.resume")}<//>`
          : html`<${Act} className="secondary" act=${act("pause")}>${t("slot.pause")}<//>`}
        <${Act} className="secondary" act=${act("restart")} confirm=${t("slot.restart_sure")}>${t("slot.restart")}<//>
        <${Act} className="secondary" act=${act("loopback")}>${t("slot.loopback")}<//></div>
        <${Ussd} name=${id} />`}
      <dl class="facts">${["maker", "model", "firmware", "imei", "iccid", "device", "usb_path", "profile", "operator",
        "registration", "temperature", "millivolts", "answer_ms", "refused_percent", "proven_at"].map((name) =>
        modem[name] != null && html`<div><dt>${t(`fact.${name}`)}</dt>
          <dd>${name.endsWith("_at") ? html`<${When} at=${modem[name]} />` : html`<bdi>${modem[name]}</bdi>`}</dd></div>`)}</dl>
      <${Plot} title=${t("slot.signal")} points=${points} unit="dBm" />`}<//>
    ${user.role !== "viewer" && html`<details onToggle=${(event) => setWantsTalk(event.currentTarget.open)}>
      <summary>${t("slot.dialogue")}</summary>${wantsTalk && html`<${Dialogue} name=${id} />`}</details>`}
    <h2>${t("slot.events")}</h2><${Events} name=${id} /></div>`;
}
