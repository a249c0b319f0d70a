// Which pages there are: the console itself is asked, so that a new one is looked at as well.
import { go } from "./stage.js";

/**
 * The pages that the navigation offers, in its order, each followed by one of its details where it
 * leads to some: [{ name: "rack", path: "rack" }, { name: "rack-one", path: "rack/slot-01" }, …].
 */
export async function pagesOf(page) {
  const links = await page.locator('header a[href^="#/"]').evaluateAll((all) =>
    all.map((one) => one.getAttribute("href").slice(2)));
  const pages = [];
  for (const path of [...links, "batches"]) {  // which messages lead to
    pages.push({ name: path, path });
    await go(page, path);
    const detail = page.locator(`main a[href^="#/${path}/"]`).first();
    if (await detail.count() === 0) continue;
    pages.push({ name: `${path}-one`, path: (await detail.getAttribute("href")).slice(2) });
  }
  return pages;
}

/** Something of everything, so that no page is empty: what people wrote, and what went wrong. */
export async function furnish(bank) {
  await bank.ready("slot-01");
  await bank.ready("slot-02");
  const send = (to, text, more) => bank.call("POST", "/v1/messages", { to, text, ...more });
  const sent = await send("+989121234501", "سلام، سفارش شما آماده است. کد ۴۲");
  await bank.message(sent.id, "delivered");
  await bank.ask("fault all cms 28 count=1");  // unidentified subscriber: for good
  const failed = await send("+989121234502", "Your order is ready.");
  await bank.message(failed.id, "failed");
  await bank.ask("heal all");
  const last = await send("+989121234503", "您的订单已准备好了，请来取。");
  await bank.message(last.id, "delivered");
  await send("+989121234504", "See you next year.", { class: "promotional",
    send_at: new Date(Date.now() + 3_600_000).toISOString(),
    expires_at: new Date(Date.now() + 7_200_000).toISOString() });
  await bank.call("POST", "/v1/messages", { to: ["+989121234506", "+989121234507", "nobody"],
    text: "The shop is closed today." });
  await bank.hear("+989121234501", "ممنون، ساعت ۶ می‌آیم");
  await bank.hear("+989121234503", "Cảm ơn, tôi sẽ đến lúc sáu giờ. Xin giữ hàng giúp tôi nhé!");
  await bank.hear("+989121234502", "Please stop writing to me");
  await bank.hear("Shop", "A third off everything, only today, in all of our shops.");
  await bank.hear("+989121234505", "STOP");
  await bank.conversation("STOP");
  await bank.call("POST", "/v1/webhooks", { url: "http://127.0.0.1:9/hook", events: ["*"] });
  await bank.ask("signal slot-02 3");
  await bank.ask("registration slot-03 denied");
  await bank.ask("unplug slot-04");
}
