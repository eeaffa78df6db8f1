import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

interface Found {
  id: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Return what axe finds wrong with the page as it stands (WCAG 2.0 to 2.2, A and AA): one line each. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated over the debugging line, which the page's own policy of scripts does not touch.
  await page.evaluate(SOURCE);
  const found = await page.evaluate(async (tags) => {
    const { axe } = window as unknown as {
      axe: { run(root: Document, options: object): Promise<{ violations: Found[] }> };
    };
    return (await axe.run(document, { runOnly: { type: "tag", values: tags } })).violations;
  }, TAGS);
  return found.flatMap((fault) =>
    fault.nodes.map((node) => `${fault.id}: ${fault.help}: ${node.html} ${node.failureSummary}`),
  );
}
