/// How a row's topic is made of its columns: `{aggregatetype}.events`.
struct TopicTemplate: Equatable, Sendable {
    enum Piece: Equatable, Sendable {
        case text(String)
        case column(String)
    }

    let pieces: [Piece]

    /// The column `topic` names the topic.
    static let topicColumn = TopicTemplate(pieces: [.column("topic")])

    private init(pieces: [Piece]) { self.pieces = pieces }

    /// Reads a template. Throws `RelayError` `.configuration` for braces without a partner or
    /// with nothing between them, and for an empty text.
    init(_ text: String) throws(RelayError) {
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}"),
                rest.index(after: open) < close
            else {
                throw RelayError(.configuration, "'\(text)' is no topic like '{type}.events'")
            }
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            pieces.append(.column(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        if pieces.isEmpty { throw RelayError(.configuration, "a topic needs a name") }
        self.pieces = pieces
    }

    /// The columns that it names.
    var columns: [String] {
        pieces.compactMap { if case .column(let name) = $0 { name } else { nil } }
    }
}
