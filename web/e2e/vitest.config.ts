import { defineConfig } from "vitest/config";

/** Journeys in a real browser against the real server that `tests/e2e` starts. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/**/*.e2e.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 180_000,
  },
});
