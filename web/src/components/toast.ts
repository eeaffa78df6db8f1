import { ElMessage } from "element-plus";
import "element-plus/theme-chalk/el-message.css";

/** Say briefly that something worked. What went wrong stays beside its cause: `ProblemNote`. */
export function toast(text: string): void {
  ElMessage({ message: text, type: "success", duration: 3500, grouping: true });
}
