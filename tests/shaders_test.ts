import assert from "node:assert/strict";

/**
 * Words that the WGSL specification reserves (section "Reserved Words"). Deno's compiler lets them pass, the browsers'
 * does not.
 */
const reserved = new Set(
  `NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch class
  co_await co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval constexpr
  constinit crate debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends extern
  external fallthrough filter final finally friend from fxgroup get goto groupshared highp impl implements import inline
  instanceof interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new nil
  noexcept noinline nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset
  partial pass patch pixelfragment precise precision premerge priv protected pub public readonly ref regardless register
  reinterpret_cast require resource restrict self set shared sizeof smooth snorm static static_assert static_cast std
  subroutine super target template this thread_local throw trait try type typedef typeid typename typeof union unless unorm
  unsafe unsized use using varying virtual volatile wgsl where with writeonly yield`.split(/\s+/),
);

async function* shaders(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) yield* shaders(new URL(`${entry.name}/`, folder));
    else if (entry.name.endsWith(".wgsl")) yield new URL(entry.name, folder);
  }
}

Deno.test("no shader uses a word that WGSL reserves", async () => {
  let files = 0;
  for await (const file of shaders(new URL("../shaders/", import.meta.url))) {
    files++;
    const code = (await Deno.readTextFile(file)).replace(/\/\/[^\n]*/g, "");
    const used = new Set(code.match(/\b[A-Za-z_]\w*\b/g)).intersection(reserved);
    assert.deepEqual([...used], [], file.pathname);
  }
  assert.ok(files > 20);
});
