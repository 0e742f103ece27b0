//! Addresses: of this machine only, and enough of them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use mio::net::TcpStream;
use socket2::{Domain, Socket, Type};

/// Takes a loopback address and a port; a load must hit nothing else.
pub(crate) fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "not an address and a port")?;
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err("only loopback addresses are taken".to_owned()),
    }
}

/// Begins to connect, the `n`th time.
///
/// Ports that were used lately can't be used again for a minute, so connections come from many addresses; and they end with a
/// reset, which leaves nothing to wait for.
pub(crate) fn connect(to: SocketAddr, n: u32) -> io::Result<TcpStream> {
    let [_, _, b, c] = n.to_be_bytes();
    let from = match to.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::new(127, 0, b % 64, c % 254 + 1)),
        ip @ IpAddr::V6(_) => ip,
    };
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::new(from, 0).into())?;
    socket.set_linger(Some(std::time::Duration::ZERO))?;
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&to.into()) {
        Err(error) if error.raw_os_error() != Some(IN_PROGRESS) => return Err(error),
        _ => {}
    }
    Ok(TcpStream::from_std(socket.into()))
}

/// `EINPROGRESS`: the connection is being made.
const IN_PROGRESS: i32 = 115;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_taken() {
        assert!(loopback("127.0.0.1:80").is_ok() && loopback("127.9.8.7:1").is_ok());
        for other in [
            "10.0.0.1:80",
            "192.168.1.1:80",
            "8.8.8.8:80",
            "localhost",
            "127.0.0.1",
        ] {
            assert!(loopback(other).is_err(), "{other}");
        }
    }
}
