// Makes docs/dashboard.png: `node www/picture.mjs http://127.0.0.1:8787`, of a local engine in which there are runs already.
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [origin] = process.argv.slice(2);
if (!origin) throw new Error("Say where the dashboard is: node www/picture.mjs URL");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: "light" });
await page.goto(`${origin.replace(/\/$/, "")}/#/all/runs`);
await page.locator("tr.run").first().waitFor();
// What arrives glows for two seconds.
await page.waitForTimeout(4_000);
await page.screenshot({ path: fileURLToPath(new URL("../docs/dashboard.png", import.meta.url)) });
await browser.close();
