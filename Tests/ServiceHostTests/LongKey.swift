import FoundationEssentials

/// Keys of records that no index of Postgres takes.
enum LongKey {
    /// Some 4 kB that cannot be compressed.
    static func make() -> String {
        (0..<110).map { _ in UUID().uuidString }.joined()
    }
}
