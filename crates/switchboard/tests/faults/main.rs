//! Fault tests: a real server process, driven over HTTP, is killed, frozen, starved of disk, cut
//! off from its clients and robbed of its index; a ledger kept outside says what it must still know.
//!
//! | variable | few (the gate) | many (`make faults`) | meaning |
//! |---|---|---|---|
//! | `SWITCHBOARD_FAULT_KILLS` | 6 | 200 | `kill -9` at random moments, for each database |
//! | `SWITCHBOARD_FAULT_NODE_KILLS` | 2 | 60 | `kill -9` of one of three servers on one PostgreSQL |
//! | `SWITCHBOARD_FAULT_CUTS` | 3 | 50 | power cuts |
//! | `SWITCHBOARD_FAULT_HANG_UPS` | 150 | 10000 | requests that the client breaks off |
//! | `SWITCHBOARD_FAULT_DISKS` | 1 | 5 | times that the disk is filled |
//! | `SWITCHBOARD_FAULT_DAMAGES` | 4 | 50 | damages to the index directory |
//! | `SWITCHBOARD_FAULT_FLOOD` | 40 | 1000 | slow clients of each kind at once |
//! | `SWITCHBOARD_FAULT_FLOOD_ROUNDS` | 2 | 20 | times that everything is asked for beside them |
//! | `SWITCHBOARD_FAULT_WAITS` | nothing is measured | 60000 | mentions among which waits are measured, with a release build |
//! | `SWITCHBOARD_FAULT_SEED` | random | random | repeats the choices of a run |
//! | `SWITCHBOARD_TEST_POSTGRES` | | | address of a PostgreSQL server; kills are tried on it too |
//!
//! Power cuts and full disks need root and loop devices; where these are missing the tests say
//! `SKIPPED` and pass. Every failure names the seed and the directory, which is kept.

#[cfg(test)]
mod chance;
#[cfg(test)]
mod client;
#[cfg(test)]
mod flood;
#[cfg(test)]
mod full_disk;
#[cfg(test)]
mod hang_up;
#[cfg(test)]
mod index_damage;
#[cfg(test)]
mod inspect;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod load;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod place;
#[cfg(test)]
mod power;
#[cfg(test)]
mod process;
#[cfg(test)]
mod volume;
#[cfg(test)]
mod waits;
