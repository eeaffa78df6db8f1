import type { Page } from "playwright-core";
import { expect } from "vitest";

/** How the film stands. */
export const film = (page: Page) =>
  page.evaluate(() => {
    const video = document.querySelector("video") ?? document.createElement("video");
    return {
      at: video.currentTime,
      paused: video.paused,
      width: video.videoWidth,
      ready: video.readyState,
      sound: (video as unknown as { webkitAudioDecodedByteCount: number })
        .webkitAudioDecodedByteCount,
    };
  });
type Film = Awaited<ReturnType<typeof film>>;
/** Wait until the film is as it should be; asked from outside, as the page's policy wants it. */
export async function filmUntil(page: Page, fits: (now: Film) => boolean): Promise<void> {
  await expect.poll(async () => fits(await film(page)), { timeout: 20_000 }).toBe(true);
}
/** Type what to look for, take it with Enter, and confirm: no mouse. */
export async function chooseByKeyboard(page: Page, words: string): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  const chooser = page.getByText("先选好您的测评点");
  const listed = page.locator(".moment").first();
  await chooser.or(listed).waitFor();
  if (await listed.isVisible()) {
    await reach(page, "button:has-text('更换')");
    await page.keyboard.press("Enter");
  }
  await clearChosen(page);
  await reach(page, ".picker input[type=search]");
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  await reach(page, "button:has-text('选好了')");
  await page.keyboard.press("Enter");
}

/** Let go of the points of an earlier journey. */
async function clearChosen(page: Page): Promise<void> {
  while (await page.locator(".picker .chip").count()) {
    await reach(page, ".picker .chip");
    await page.keyboard.press("Enter");
  }
}

/** Walk with Tab until something has the focus. */
export async function reach(page: Page, selector: string): Promise<void> {
  for (let n = 0; n < 150; n++) {
    if (await page.locator(`${selector}:focus`).count()) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reaches ${selector}`);
}
