// API keys of programs; a secret is shown once.
import { html, useState } from "./preact-htm.js";
import { t, number, word } from "./text.js";
import { post, remove } from "./api.js";
import { Act, Empty, Field, Form, Loaded, More, Table, When, usePages } from "./parts.js";
import { Webhooks } from "./webhooks.js";

const scopes = ["read", "send", "admin"];
const classes = ["transactional", "service", "promotional", "otp"];
const windows = ["per_minute", "per_hour", "per_day"];
const wordsOf = (text) => text.split(/[\s,،、，]+/).filter(Boolean);

const Boxes = ({ label, name, values, checked, group }) => html`<fieldset><legend>${label}</legend>
  ${values.map((one) => html`<label key=${one}><input type="checkbox" name=${`${name}.${one}`}
    defaultChecked=${checked.includes(one)} /> ${word(group, one)}</label>`)}</fieldset>`;

function wantedOf(form) {
  const chosen = (name, values) => values.filter((one) => form[`${name}.${one}`]);
  const wanted = { name: form.name, scopes: chosen("scope", scopes), classes: chosen("class", classes),
    pools: wordsOf(form.pools), networks: wordsOf(form.networks) };
  for (const one of windows) if (form[one] !== "") wanted[one] = globalThis.Number(form[one]);
  return wanted;
}

const Bounds = ({ of: key }) => {
  const bounds = [key.pools.join(", "), key.sims.join(", "), key.networks.join(", "),
    ...windows.filter((one) => key[one] != null).map((one) =>
      t("keys.at_most", { n: key[one], window: word("window", one) }))];
  return html`<bdi>${bounds.filter(Boolean).join(" · ") || t("keys.unbound")}</bdi>`;
};

const NewKey = ({ add }) => html`<details><summary>${t("keys.add")}</summary>
  <${Form} label=${t("keys.add")} send=${add}>
    <${Field} label=${t("keys.name")} name="name" required maxlength="128" dir="auto" />
    <${Boxes} label=${t("keys.scopes")} name="scope" values=${scopes} checked=${["send", "read"]} group="key_scope" />
    <${Boxes} label=${t("keys.classes")} name="class" values=${classes}
      checked=${["transactional", "service", "promotional"]} group="class" />
    <${Field} label=${t("sims.pools")} name="pools" dir="ltr" hint=${t("keys.pools_hint")} />
    <${Field} label=${t("keys.networks")} name="networks" dir="ltr" placeholder="192.0.2.0/24" hint=${t("keys.networks_hint")} />
    <fieldset class="limits"><legend>${t("keys.limits")}</legend>${windows.map((one) => html`<${Field} key=${one}
      label=${word("window", one)} name=${one} type="number" min="1" max="1000000000" />`)}</fieldset><//></details>`;

function Keys() {
  const [round, setRound] = useState(0);
  const [made, setMade] = useState(null);
  const list = usePages("/v1/keys", [], [round]);
  const add = async (form, element) => {
    setMade(await post("/v1/keys", wantedOf(form)));
    element.reset();
    setRound((n) => n + 1);
  };
  const revoke = (id) => async () => { await remove(`/v1/keys/${id}`); setRound((n) => n + 1); };
  return html`<h2>${t("keys.title")}</h2>
    ${made && html`<div role="status" class="well"><p>${t("keys.secret", { name: made.name })}</p>
      <code class="secret">${made.key}</code></div>`}
    <${NewKey} add=${add} />
    <${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<${Empty} what=${t("keys.empty")} />`
      : html`<${Table} label=${t("keys.title")}
      head=${[t("keys.number"), t("keys.name"), t("keys.scopes"), t("keys.bounds"), t("keys.used"), t("keys.state")]}>${items.map((key) => html`<tr key=${key.id}><td>${number(key.id)}</td><td><bdi>${key.name}</bdi></td>
          <td>${key.scopes.map((one) => word("key_scope", one)).join(", ")}</td><td><${Bounds} of=${key} /></td>
          <td><${When} at=${key.last_used_at} /></td>
          <td>${key.revoked_at ? html`${t("keys.revoked")} <${When} at=${key.revoked_at} />`
            : html`<${Act} className="secondary" confirm=${t("keys.revoke_sure", { name: key.name })}
                act=${revoke(key.id)}>${t("keys.revoke")}<//>`}</td></tr>`)}<//>
        <${More} more=${list.more} />`}<//>`;
}

export const KeysAndWebhooks = () => html`<${Keys} /><h2>${t("webhooks.title")}</h2><${Webhooks} />`;
