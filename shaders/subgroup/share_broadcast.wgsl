// SHARE consecutive invocations, which run in step, each load another part of what all of them need and hand it round:
// drivers on processors serve the lanes of a load one after the other, even if all ask for the same. Header: SHARE,
// STREAMED (vec4 in a part). The kernel loads part `first + lane` into `own`, and has a function `visit(n)` that uses part
// n, then in `streamed`. The invocations have to stay in step: what one of them repeats (`wanted_by_any`), all repeat.
var<private> own: array<vec4f, STREAMED>;
var<private> streamed: array<vec4f, STREAMED>;

fn visit_shared(first: u32) {
  /* unroll */ for (var lane = 0u; lane < SHARE; lane++) {
    /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = subgroupBroadcast(own[w], lane); }
    visit(first + lane);
  }
}

// Makes the part that an invocation has loaded itself, the only one, the streamed one.
fn stream_of(u: u32) {
  /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = own[w]; }
}

fn wanted_by_any(wanted: bool) -> bool {
  return subgroupAny(wanted);
}
