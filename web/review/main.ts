import { followTheme } from "../console/dom";
import { runReview } from "./review";

followTheme();
const page = document.querySelector<HTMLElement>("[data-review]");
if (page) runReview(page);
