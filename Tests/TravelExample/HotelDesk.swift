import Contracts
import Outbox
import Postgres

/// The participant that has the rooms.
struct HotelDesk: Sendable {
    static let migrations = [
        OutboxSchema.migrations,
        MigrationSet(component: "hotels", [Migration(version: 1, name: "room", sql: schema)]),
    ]

    private let participant = Participant(
        source: "/travel/hotels", replyTopic: Topic.tripReplies.rawValue)

    /// Answers each command once, however often it comes.
    func handle(_ commands: [Envelope], in tx: borrowing Transaction) throws {
        try participant.handle(commands, in: tx) { fresh in
            var replies: [AnyReply] = []
            for command in fresh { replies.append(try answer(command, in: tx)) }
            return replies
        }
    }

    private func answer(_ command: Envelope, in tx: borrowing Transaction) throws -> AnyReply {
        switch command.type {
        case ReserveRoom.type:
            let reserve = try command.decode(ReserveRoom.self)
            let taken = try tx.affected(Self.take, reserve.trip.uuid, reserve.hotel)
            let full = Refusal("hotel-full", "There is no room left in \(reserve.hotel).")
            return try .answer(ReserveRoom.self, taken == 1 ? .done(Nothing()) : .refused(full))
        case ReleaseRoom.type:
            let release = try command.decode(ReleaseRoom.self)
            try tx.execute(Self.free, release.trip.uuid)
            return try .answer(ReleaseRoom.self, .done(Nothing()))
        default:
            throw UnknownCommand(type: command.type)
        }
    }

    private static let take = Statement(
        """
        UPDATE room SET trip = $1
        WHERE (hotel, number) = (
            SELECT hotel, number FROM room
            WHERE hotel = $2 AND trip IS NULL
            ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
        """)
    private static let free = Statement("UPDATE room SET trip = NULL WHERE trip = $1")

    private static let schema = Array(
        """
        CREATE TABLE room (
            hotel text, number bigint, trip uuid UNIQUE, PRIMARY KEY (hotel, number));
        GRANT SELECT, UPDATE ON room TO farthing_service;
        """.utf8)
}
