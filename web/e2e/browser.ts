import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
const FLAGS = [
  "--no-sandbox", // tests run as root in containers; the pages are our own
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

/** Return the browser to use: as GUANKE_CHROMIUM says, the machine's, or one that npm brings. */
export async function findChromium(): Promise<string> {
  const named = process.env.GUANKE_CHROMIUM;
  if (named) return named;
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
    for (const folder of (process.env.PATH ?? "").split(":"))
      if (existsSync(join(folder, name))) return join(folder, name);
  return bringChromium();
}

/** Bring a Chromium from npm into `e2e/browser`; it unpacks itself below the temporary folder. */
async function bringChromium(): Promise<string> {
  const folder = join(HERE, "browser");
  if (!existsSync(join(folder, "node_modules")))
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: "inherit",
    });
  const brought = createRequire(join(folder, "package.json")).resolve("@sparticuz/chromium");
  const found = (await import(brought)) as { default: { executablePath(): Promise<string> } };
  return found.default.executablePath();
}

export interface Window {
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** Errors on the page's console. A journey ends with none. */
  complaints: string[];
}

/** Open a window of a fresh browser. */
export async function openWindow(
  options: { width?: number; height?: number; language?: "zh" | "en"; mobile?: boolean } = {},
): Promise<Window> {
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: FLAGS,
    headless: true,
  });
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    hasTouch: options.mobile ?? false,
    isMobile: options.mobile ?? false,
    locale: "zh-CN",
    acceptDownloads: true,
  });
  const language = options.language ?? "zh";
  await context.addInitScript(`localStorage.setItem("guanke.language", "${language}")`);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on("console", (said) => {
    if (said.type() === "error") complaints.push(said.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { browser, context, page, complaints };
}

/** Keep a picture of the page where GUANKE_SHOTS names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.GUANKE_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
