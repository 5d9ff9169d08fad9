/// Something that crosses a service's border: a command, or an event.
public protocol Message: Codable, Equatable, Sendable {
    /// CloudEvents `type`, with the version of the payload: `ledger.place-hold.v1`.
    static var type: String { get }
    /// Where it is published.
    static var topic: Topic { get }
    /// What kind of thing it is about (Debezium's `aggregatetype`): `account`, `payment`.
    static var aggregate: String { get }
    /// What must stay in order: the Kafka key (Debezium's `aggregateid`).
    var key: String { get }
    /// CloudEvents `subject`: the id of the thing it is about.
    var subject: String { get }
}

/// Asks one participant to do one thing; it answers with a `Reply` that carries a `Done`.
public protocol Command: Message {
    /// What the participant tells of a command that it carried out.
    associatedtype Done: Codable & Equatable & Sendable
}

extension Command {
    /// CloudEvents `type` of the answer.
    public static var replyType: String { type + ".reply" }
}

/// Tells whoever listens that something happened; nobody needs to answer.
public protocol Event: Message {}
