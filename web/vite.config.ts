import vue from "@vitejs/plugin-vue";
import { fileURLToPath } from "node:url";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the API: the server of `guanke serve`. */
const SERVER = process.env.GUANKE_SERVER ?? "http://127.0.0.1:8765";

/** Elements of media-chrome, which Vue must leave alone. */
const isCustomElement = (tag: string) => tag.startsWith("media-");

export default defineConfig({
  plugins: [
    vue({ template: { compilerOptions: { isCustomElement } } }),
    Components({
      dts: false,
      dirs: [],
      resolvers: [ElementPlusResolver({ importStyle: "css", directives: false })],
    }),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../api/web_dist",
    emptyOutDir: true,
    manifest: true, // bundle-size check reads it
    target: "es2022",
    assetsInlineLimit: 0, // the CSP allows no data: fonts or scripts
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      "/api": { target: SERVER, changeOrigin: true },
      "/media": { target: SERVER, changeOrigin: true },
    },
  },
  test: {
    environment: "happy-dom",
    testTimeout: 60_000, // some read every file; a busy machine takes its time
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    server: { deps: { inline: ["element-plus"] } },
    css: false,
  },
});
