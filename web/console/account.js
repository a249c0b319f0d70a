// One's own account: password, second factor, and where one is signed in.
import { html, useState } from "./preact-htm.js";
import { t, word } from "./text.js";
import { get, post, put, remove } from "./api.js";
import { Act, Field, Form, Loaded, Said, When, useLoaded } from "./parts.js";

export function Sessions({ path, own }) {
  const [round, setRound] = useState(0);
  const list = useLoaded(() => get(own ? "/v1/sessions" : `${path}/sessions`), [path, round]);
  const end = (id) => async () => { await remove(own ? `/v1/sessions/${id}` : `${path}/sessions/${id}`); setRound((n) => n + 1); };
  return html`<${Loaded} of=${list}>${({ items }) => html`<table><tbody>${items.map((one) => html`<tr>
    <td><bdi>${one.address}</bdi></td><td class="cut"><${Said} text=${one.agent} /></td><td><${When} at=${one.used_at} /></td>
    <td>${one.is_this ? t("account.this") : html`<${Act} className="secondary" act=${end(one.id)}>${t("account.end")}<//>`}</td></tr>`)}</tbody></table>`}<//>`;
}

export function Account({ user }) {
  const [offer, setOffer] = useState(null);
  const [done, setDone] = useState("");
  const change = async ({ old_password: old, password }, form) => { await put("/v1/session/password", { old_password: old, password }); form.reset(); setDone(t("account.changed")); };
  const confirmCode = async ({ code }) => { await put("/v1/session/second-factor", { secret: offer.secret, code }); setOffer(null); setDone(t("account.second_on")); };
  return html`<p>${t("account.you", { name: user.name, role: word("role", user.role) })}</p>${done && html`<p role="status" class="well">${done}</p>`}
    <h2>${t("account.password")}</h2><${Form} label=${t("account.change")} send=${change}>
      <${Field} label=${t("account.old")} name="old_password" type="password" autocomplete="current-password" required />
      <${Field} label=${t("account.new")} name="password" type="password" autocomplete="new-password" minlength="10" required hint=${t("setup.password_hint")} /><//>
    <h2>${t("account.second")}</h2>
    ${offer ? html`<p>${t("account.second_how")}</p><p><code>${offer.secret}</code></p><p><a href=${offer.uri}>${t("account.second_open")}</a></p>
      <${Form} label=${t("account.second_confirm")} send=${confirmCode}><${Field} label=${t("signin.code")} name="code" inputmode="numeric" autocomplete="one-time-code" required dir="ltr" /><//>`
      : html`<${Act} className="secondary" act=${async () => setOffer(await post("/v1/session/second-factor"))}>${t("account.second_begin")}<//>
        <${Act} className="secondary" confirm=${t("sure")} act=${async () => { await remove("/v1/session/second-factor"); setDone(t("account.second_off")); }}>${t("account.second_drop")}<//>`}
    <h2>${t("users.sessions")}</h2><${Sessions} own />`;
}
