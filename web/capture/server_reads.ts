/** Assets of other sites that this browser shows and may not read: where the tenant names the site, the server reads them. */

import { LOST } from "../protocol/asset_line";
import type { Addresses } from "./addresses";
import type { Fetched, UploadLine } from "./upload_line";

const AT_ONCE = 4;
const TRIES = 3;
const AGAIN_MS = 2000;

export class ServerReads {
  line: UploadLine | null = null;
  private readonly lanes: Promise<unknown>[] = [];
  private count = 0;

  constructor(
    private readonly hosts: string[] | undefined,
    private readonly addresses: Addresses,
  ) {}

  /** Of a site that the tenant names, by an address in which nothing is hidden under any of its names. */
  mayRead(url: string, names: Iterable<string>): boolean {
    const { origin, hostname, port, protocol } = new URL(url);
    const fits = (pattern: string): boolean => {
      const [name = "", at = ""] = pattern.split(":");
      const isNamed = name.startsWith("*") ? hostname.endsWith(name.slice(1)) : hostname === name;
      return isNamed && (at === port || (!port && at === (protocol === "https:" ? "443" : "80")));
    };
    const isPlain = [...names, this.addresses.link(url)].every((name) => name === url);
    return isPlain && origin !== location.origin && !!this.line && !!this.hosts?.some(fits);
  }

  /** A few at once, the others in order; LOST when the connection broke again and again. */
  async read(url: string): Promise<Fetched> {
    const lane = this.count++ % AT_ONCE;
    const read = Promise.resolve(this.lanes[lane]).then(() => this.ask(url.split("#")[0]!));
    this.lanes[lane] = read;
    return await read;
  }

  private async ask(url: string): Promise<Fetched> {
    for (let tries = 1; ; tries++) {
      const answer = await this.line!.fetch(url);
      if (answer.code !== LOST || tries === TRIES) return answer;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
