/** Runs a bundle in a worker without any permission; takes a task as JSON on standard input, prints its answers. */
const { bundle, student, calls } = JSON.parse(await new Response(Deno.stdin.readable).text()) as {
  bundle: string;
  student: string;
  calls: [method: "recommend" | "similar", ...parameters: unknown[]][];
};
const serve = `
const module = import("data:text/javascript," + encodeURIComponent(${JSON.stringify(bundle)}));
onmessage = async ({ data: { bytes, calls } }) => {
  const student = (await module).decodeStudent(bytes);
  postMessage(calls.map(([method, ...parameters]) => {
    try {
      return student[method](...parameters);
    } catch (error) {
      return { name: error.name, message: error.message };
    }
  }));
};`;
const worker = new Worker(`data:text/javascript,${encodeURIComponent(serve)}`, { type: "module" });
worker.onmessage = ({ data }) => {
  console.log(JSON.stringify(data));
  worker.terminate();
};
worker.postMessage({ bytes: Uint8Array.fromBase64(student), calls });
