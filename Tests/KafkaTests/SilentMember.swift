import Glibc

/// A member of a group that joins it, leads it, and is never heard of again: what a consumer leaves
/// that is killed at the wrong moment.
struct SilentMember: ~Copyable {
    struct NotJoined: Error {}

    private static let memberIDRequired: Int16 = 79
    /// The milliseconds that the group is to wait for it in a rebalance.
    private static let patience: Int32 = 600_000

    private let socket: Int32

    /// Joins and waits until the group has taken it in. Throws `NotJoined`.
    init(group: String, topic: String, port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw NotJoined() }
        // The broker gives out an id first, and takes in who comes with it.
        let offer = try join(group, topic, as: "")
        guard offer.error == Self.memberIDRequired else { throw NotJoined() }
        guard try join(group, topic, as: offer.member).error == 0 else { throw NotJoined() }
    }

    deinit { close(socket) }

    /// JoinGroup, version 2.
    private func join(
        _ group: String, _ topic: String, as member: String
    ) throws(NotJoined) -> (error: Int16, member: String) {
        let subscription = Self.bytes(0 as Int16) + Self.bytes(1 as Int32) + Self.text(topic)
        let body =
            Self.bytes(11 as Int16) + Self.bytes(2 as Int16) + Self.bytes(1 as Int32)
            + Self.text("silent") + Self.text(group) + Self.bytes(6000 as Int32)
            + Self.bytes(Self.patience) + Self.text(member) + Self.text("consumer")
            + Self.bytes(1 as Int32) + Self.text("range")
            + Self.bytes(Int32(subscription.count + 4)) + subscription + Self.bytes(-1 as Int32)
        let request = Self.bytes(Int32(body.count)) + body
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw NotJoined()
        }
        let length = Self.number(try receive(4)[...])
        // Correlation and throttling; the error; generation; protocol and leader; then the member.
        var answer = try receive(length).dropFirst(8)
        let error = Int16(Self.number(answer.prefix(2)))
        answer = answer.dropFirst(6)
        for _ in 0..<2 { answer = answer.dropFirst(2 + Self.number(answer.prefix(2))) }
        let id = answer.dropFirst(2).prefix(Self.number(answer.prefix(2)))
        return (error, String(decoding: id, as: UTF8.self))
    }

    private func receive(_ count: Int) throws(NotJoined) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        guard recv(socket, &buffer, count, Int32(MSG_WAITALL)) == count else { throw NotJoined() }
        return buffer
    }

    private static func text(_ text: String) -> [UInt8] {
        bytes(Int16(text.utf8.count)) + Array(text.utf8)
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
