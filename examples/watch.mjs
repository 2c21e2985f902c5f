// Creates a run and follows it to its confirmed end: HATCHET_URL=… HATCHET_TOKEN=… node watch.mjs
import { Hatchet } from "runward";

const hatchet = new Hatchet({ baseUrl: process.env.HATCHET_URL, token: process.env.HATCHET_TOKEN });
const { id } = await hatchet.runs.create({ workflow: "charge-card", input: { orderId: "A-10042" } });

for await (const { before, after, verdict, provisional } of hatchet.runs.watch(id)) {
  console.log(before?.status ?? "(created)", "→", after.status, verdict, provisional ? "provisional" : "confirmed");
}
console.log((await hatchet.runs.get(id)).output);
