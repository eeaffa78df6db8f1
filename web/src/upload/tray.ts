import { defineAsyncComponent } from "vue";
import { loadTexts } from "@/i18n";

/** The tray, loaded with its texts when there is something to show. */
export const UploadTray = defineAsyncComponent(async () => {
  await loadTexts(["upload", "processing"]);
  return import("./UploadTray.vue");
});
