// Which user and item a row stands for: with LISTED 0 the rows go item by item through a block of users, with LISTED 1
// they follow a list. Needs `pairs`, params.users, .first_user, .first_item and .first_pair.
override LISTED: u32 = 0;

fn pair_of(row: u32) -> vec2u {
  if (LISTED == 1u) { return pairs[params.first_pair + row]; }
  return vec2u(params.first_user + row % params.users, params.first_item + row / params.users);
}
