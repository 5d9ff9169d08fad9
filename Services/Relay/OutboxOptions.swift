import ArgumentParser
import FoundationEssentials

/// An outbox of one's own, as the command line describes it. The names are those of Debezium's
/// EventRouter where it has them.
struct OutboxOptions: ParsableArguments {
    @Option(help: "The database with the outbox: postgres://…")
    var source: String?

    @Option(
        help: "What the source is called, and its slot, its publication and its metrics after it.")
    var name = "outbox"

    @Option(help: "The table, schema.table or table.")
    var table = "outbox"

    @Option(help: "The event's id: uuid, text or a number.")
    var columnId = "id"

    @Option(help: "The Kafka key, which orders events: text. 'none' for no key.")
    var columnKey = "aggregateid"

    @Option(help: "The event's type: text. 'none' for no type.")
    var columnType = "type"

    @Option(help: "The Kafka value: bytea, json, jsonb or text.")
    var columnPayload = "payload"

    @Option(help: "Headers, a flat object of strings: jsonb, json or text. 'none' for none.")
    var columnHeaders = "none"

    @Option(help: "The event's time: timestamptz. 'none' for the time of its commit.")
    var columnTime = "none"

    @Option(
        help: "A bigint given under the lock that orders a key: it links events. 'none' for none.")
    var columnPosition = "none"

    @Option(help: "The topic, with columns in braces: '{aggregatetype}.events'.")
    var topic = "{aggregatetype}.events"

    /// The table that is described; Farthing's own without a source. Throws `RelayError`.
    func described() throws -> OutboxTable {
        guard source != nil else { return .farthing }
        var result = try OutboxTable(named: table, source: name)
        result.topic = try TopicTemplate(topic)
        let columns: [(OutboxTable.Role, String)] = [
            (.id, columnId), (.key, columnKey), (.type, columnType), (.payload, columnPayload),
            (.headers, columnHeaders), (.time, columnTime), (.position, columnPosition),
        ]
        result.columns = [:]
        for (role, column) in columns {
            if column != "none" {
                result.columns[role] = column
            } else if role.isNeeded {
                throw RelayError(.configuration, "there is no outbox without --column-\(role)")
            }
        }
        return result
    }

    /// The process's environment, with what the command line says instead.
    func environment(kafka: String?, port: Int?) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        if let source { environment["RELAY_SOURCES"] = "\(name)=\(source)" }
        if let kafka { environment["KAFKA_BOOTSTRAP"] = kafka }
        if let port { environment["HTTP_PORT"] = "\(port)" }
        return environment
    }
}
