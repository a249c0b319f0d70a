// The shelf as it stands.
import { html } from "./preact-htm.js";
import { t, word } from "./text.js";
import { all, get } from "./api.js";
import { Empty, Lamp, Loaded, When, lampOf, useLoaded } from "./parts.js";

/** The hub of "1-2.3" is "1-2"; what has no path stands together. */
const hubOf = (modem) => (modem.usb_path || "").replace(/[.-][^.-]*$/, "");

const Bars = ({ dbm }) => {
  if (dbm == null) return html`<span class="weak">${t("rack.no_signal")}</span>`;
  const bars = Math.max(0, Math.min(5, Math.round((dbm + 113) / 12)));
  return html`<meter min="0" max="5" low="2" optimum="5" value=${bars}
    aria-label=${t("rack.signal")}></meter> <small>${t("dbm", { n: dbm })}</small>`;
};

/** Of the windows that have a limit, the one with the least room. */
function leastLeft(sim) {
  const windows = sim ? Object.entries(sim.left).filter(([, value]) => value != null) : [];
  if (windows.length === 0) return null;
  const [name, value] = windows.reduce((a, b) => (b[1] < a[1] ? b : a));
  return { value, limit: sim.limits[name] };
}

/** A modem that is ready may have a SIM that is not. */
const stateOf = (modem, sim) => modem.state === "ready" && sim
  ? word("sim", sim.state) : word("modem", modem.state);

function Tile({ modem, sim }) {
  const allowance = leastLeft(sim);
  const name = sim && (sim.label || sim.number || sim.iccid || `imsi:${sim.imsi}`);
  return html`<li><a class=${`tile ${modem.verdict.level} ${modem.state}`}
      href=${`#/rack/${encodeURIComponent(modem.name)}`}>
    <strong><${Lamp} kind=${lampOf(modem)} /> <bdi>${modem.name}</bdi></strong>
    <span>${stateOf(modem, sim)}</span>
    ${modem.state !== "absent" && html`<span dir="auto">${modem.operator || "–"}</span>
      <span><${Bars} dbm=${modem.signal_dbm} /></span>`}
    <span dir="auto">${name || t("rack.no_sim")}</span>
    ${allowance && html`<span>${t("rack.left", { n: allowance.value })}
      <progress max=${allowance.limit || 1} value=${allowance.value} aria-hidden="true" /></span>`}
    <small>${t("rack.last")} <${When} at=${modem.last_success} /></small></a></li>`;
}

const Legend = () => html`<details class="legend"><summary>${t("lamp.title")}</summary>
  <dl>${["steady", "slow", "fast", "code", "off"].map((kind) => html`<div>
    <dt><${Lamp} kind=${kind} /> ${t(`lamp.${kind}`)}</dt><dd>${t(`lamp.${kind}_means`)}</dd>
    </div>`)}</dl></details>`;

function byHub(modems) {
  const hubs = new Map();
  for (const one of modems) hubs.set(hubOf(one), [...(hubs.get(hubOf(one)) || []), one]);
  return [...hubs];
}

const found = (path) => get(path).catch(() => undefined);

const isSame = (a, b) => a.iccid === b.iccid && a.imsi === b.imsi;
const modemNamed = (name) => found(`/v1/modems/${encodeURIComponent(name)}`);

const withModem = (modems, modem) => !modem ? modems
  : modems.some((one) => one.name === modem.name)
    ? modems.map((one) => (one.name === modem.name ? modem : one)) : [...modems, modem];

/** How the shelf changes by one modem, or by one SIM and the slots that it is and was in. */
async function changed(type, about, { sims: before }) {
  if (type === "modem.changed") {
    const modem = await modemNamed(about.modem);
    return modem && (({ modems, sims }) => ({ sims, modems: withModem(modems, modem) }));
  }
  const sim = await found(`/v1/sims/${encodeURIComponent(about.sim)}`);
  if (!sim) return undefined;
  const [left] = [...before].find(([, one]) => isSame(one, sim)) || [];
  const slots = await Promise.all([...new Set([left, sim.modem])].filter(Boolean).map(modemNamed));
  return ({ modems, sims }) => ({ modems: slots.reduce(withModem, modems),
    sims: new Map([...[...sims].filter(([, one]) => !isSame(one, sim)), [sim.modem, sim]]) });
}

export function Rack() {
  const rack = useLoaded(async () => {
    const [modems, sims] = await Promise.all([all("/v1/modems"), all("/v1/sims")]);
    return { modems, sims: new Map(sims.map((sim) => [sim.modem, sim])) };
  }, [], ["modem.changed", "sim.changed"], changed);
  return html`<${Loaded} of=${rack}>${({ modems, sims }) => {
    if (modems.length === 0) return html`<${Empty} what=${t("rack.empty")} />`;
    const hubs = byHub(modems);
    return html`${hubs.map(([hub, slots]) => html`<section key=${hub}>
      ${hubs.length > 1 && html`<h2>${hub ? t("rack.hub", { hub }) : t("rack.other")}</h2>`}
      <ul class="shelf">${slots.map((modem) =>
        html`<${Tile} key=${modem.name} modem=${modem} sim=${sims.get(modem.name)} />`)}</ul>
      </section>`)}<${Legend} />`;
  }}<//>`;
}
