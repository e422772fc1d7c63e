/** Entry of the rest of the loader: the stub fetches it, and takes it while this script runs. */

import { CONTRACT, type RestScript } from "../protocol/stub";
import { App } from "./app";

(document.currentScript as RestScript).take?.(CONTRACT, (stub) => new App(stub));
