import Foundation

/// A SQL statement found in the sources: the literal inside `Statement(…)`.
struct FoundStatement: Sendable, CustomStringConvertible {
    /// `Services/Ledger/LedgerQueries.swift:42`.
    let place: String
    let sql: String

    var description: String { place }
}

/// Finds every `Statement("…")` and `Statement("""…""")` below a folder, so that a statement cannot
/// be forgotten: writing it is listing it.
enum StatementScan {
    static func statements(in folder: String) -> [FoundStatement] {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let base = root.appending(path: folder)
        let names = FileManager.default.enumerator(atPath: base.path)?.allObjects as? [String] ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().flatMap { name in
            let text = (try? String(contentsOf: base.appending(path: name), encoding: .utf8)) ?? ""
            return statements(of: text, at: "\(folder)/\(name)")
        }
    }

    private static func statements(of text: String, at path: String) -> [FoundStatement] {
        let literal = /Statement\(\s*(?:"""\n([\s\S]*?)\n *"""|"((?:[^"\\\n]|\\.)*)")/
        return text.matches(of: literal).map { match in
            let line = text[..<match.range.lowerBound].count { $0 == "\n" } + 1
            let body = String(match.1 ?? match.2 ?? "")
            return FoundStatement(
                place: "\(path):\(line)",
                sql: body.replacing(/\\\n/, with: "\n").replacing("\\\"", with: "\""))
        }
    }
}
