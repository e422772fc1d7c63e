/** How the page reads what belongs to its recording, and what a person can do where that fails. */

const NOT_ANSWERED = 0;
const SIGNED_OUT = 401;
const GONE = [403, 404, 410];

export class Unreadable extends Error {
  constructor(private readonly status: number) {
    super(String(status));
  }

  /** Whether another person, or nobody, may see it now: asking again does not help. */
  get lost(): "deleted" | "signed_out" | null {
    if (this.status === SIGNED_OUT) return "signed_out";
    return GONE.includes(this.status) ? "deleted" : null;
  }
}

/** Throws Unreadable. Who is not signed in any more is led to the page where one does. */
export async function read(url: string): Promise<Response> {
  const answer = await fetch(url, { headers: { accept: "application/json" } }).catch(() => null);
  if (!answer) throw new Unreadable(NOT_ANSWERED);
  if (answer.redirected) throw new Unreadable(SIGNED_OUT);
  if (!answer.ok) throw new Unreadable(answer.status);
  return answer;
}
