// One's own account: password, second factor, and where one is signed in.
import { html, useState } from "./preact-htm.js";
import { t, word } from "./text.js";
import { get, post, put, remove } from "./api.js";
import { Act, Field, Form, Loaded, Said, Table, When, useLoaded } from "./parts.js";

/** Of the signed-in person, or of the user whose `path` it is. */
export function Sessions({ path, own }) {
  const [round, setRound] = useState(0);
  const at = own ? "/v1/sessions" : `${path}/sessions`;
  const list = useLoaded(() => get(at), [at, round]);
  const end = (id) => async () => { await remove(`${at}/${id}`); setRound((n) => n + 1); };
  return html`<${Loaded} of=${list}>${({ items }) => html`<${Table} label=${t("users.sessions")}
      head=${[t("account.address"), t("account.browser"), t("keys.used"), t("account.end")]}>${items.map((one) => html`<tr key=${one.id}><td><bdi>${one.address}</bdi></td>
      <td class="cut"><${Said} text=${one.agent} /></td><td><${When} at=${one.used_at} /></td>
      <td>${one.is_this ? t("account.this")
        : html`<${Act} className="secondary" act=${end(one.id)}>${t("account.end")}<//>`}</td></tr>`)}<//>`}<//>`;
}

const Secret = ({ label, name, ...input }) =>
  html`<${Field} label=${label} name=${name} type="password" required ...${input} />`;

/** The password is asked for: else whoever finds an open page could stay for good. */
function SecondFactor({ tell, user }) {
  const path = "/v1/session/second-factor";
  const [offer, setOffer] = useState(null);
  const [isOn, setIsOn] = useState(user.second_factor);
  const begin = async ({ password }) => setOffer({ password, ...await post(path, { password }) });
  const confirm = async ({ code }) => {
    await put(path, { password: offer.password, secret: offer.secret, code });
    setOffer(null);
    setIsOn(true);
    tell(t("account.second_on"));
  };
  const drop = async ({ password }, form) => {
    await remove(path, { password });
    form.reset();
    setIsOn(false);
    tell(t("account.second_off"));
  };
  const own = html`<${Secret} label=${t("account.old")} name="password" autocomplete="current-password"
    hint=${t("account.second_password")} />`;
  if (offer) {
    return html`<p>${t("account.second_how")}</p><p><code class="secret">${offer.secret}</code></p>
      <p><a href=${offer.uri}>${t("account.second_open")}</a></p>
      <${Form} key="confirm" label=${t("account.second_confirm")} send=${confirm}>
        <${Field} label=${t("signin.code")} name="code" inputmode="numeric" autocomplete="one-time-code"
          required dir="ltr" /><//>`;
  }
  return html`<${Form} key="begin" label=${t("account.second_begin")} send=${begin}>${own}<//>
    ${isOn && html`<details><summary>${t("account.second_drop")}</summary>
      <${Form} label=${t("account.second_drop")} send=${drop}>${own}<//></details>`}`;
}

export function Account({ user }) {
  const [done, setDone] = useState("");
  const change = async ({ old_password: old, password }, form) => {
    await put("/v1/session/password", { old_password: old, password });
    form.reset();
    setDone(t("account.changed"));
  };
  return html`<p>${t("account.you", { name: user.name, role: word("role", user.role) })}</p>
    ${done && html`<p role="status" class="well">${done}</p>`}
    <h2>${t("account.password")}</h2><${Form} label=${t("account.change")} send=${change}>
      <${Secret} label=${t("account.old")} name="old_password" autocomplete="current-password" />
      <${Secret} label=${t("account.new")} name="password" autocomplete="new-password" minlength="10"
        hint=${t("setup.password_hint")} /><//>
    <h2>${t("account.second")}</h2><${SecondFactor} tell=${setDone} user=${user} />
    <h2>${t("users.sessions")}</h2><${Sessions} own />`;
}
