//! Black-box tests: the executable from outside, and the listener over real sockets.

#[cfg(test)]
mod authorization;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod support;
