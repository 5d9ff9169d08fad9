import Foundation

/// The checkout's own files, read once, for tests that look at the code as text.
struct SourceFile: Sendable, CustomStringConvertible {
    /// Relative to the root: `Shared/Money/Money.swift`.
    let path: String
    let lines: [String]

    var description: String { path }

    /// `Shared/Money`, `Services/Ledger`, `Tests/MoneyTests`: what the package calls a target.
    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    var isTest: Bool { path.hasPrefix("Tests/") }

    /// Every module that the file imports, with `public`, `@testable` and the like stripped.
    var imports: Set<String> {
        let importLine =
            #/
            ^(?:@\w+(?:\(\w+\))?\ |public\ |internal\ |private\ )*
            import\ (?:class\ |struct\ |enum\ |protocol\ |func\ |var\ |typealias\ )?(\w+)
            /#
        return Set(lines.compactMap { $0.firstMatch(of: importLine).map { String($0.1) } })
    }
}

enum SourceTree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let swiftFiles: [SourceFile] = ["Shared", "Services", "Tests"].flatMap(files(under:))

    private static func files(under folder: String) -> [SourceFile] {
        let base = root.appending(path: folder)
        let names = FileManager.default.enumerator(atPath: base.path)?.allObjects as? [String] ?? []
        return names.filter { $0.hasSuffix(".swift") && !$0.contains(".build/") }.sorted()
            .compactMap { name in
                guard
                    let text = try? String(contentsOf: base.appending(path: name), encoding: .utf8)
                else { return nil }
                return SourceFile(
                    path: "\(folder)/\(name)", lines: text.components(separatedBy: "\n"))
            }
    }
}
