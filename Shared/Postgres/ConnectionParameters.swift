import CPostgres
import Glibc

/// Everything that is said to the server when a connection is opened.
struct ConnectionParameters: Sendable {
    /// A libpq URL or connection string; what it says of a default below wins over it.
    var url: String
    var applicationName: String
    var connectTimeout: Duration = .seconds(5)
    /// Server settings, in force from the first statement on.
    var settings: [(name: String, value: String)] = []
    /// Speaks the replication protocol beside SQL.
    var replication = false

    /// The keywords and values for libpq, of which a later one wins over an earlier one.
    ///
    /// Throws `.invalidValue` if the URL cannot be read.
    func keywords() throws(PostgresError) -> [(String, String)] {
        let own = settings + [("TimeZone", "UTC"), ("jit", "off")]
        let options = own.map { "-c \($0.name)=\($0.value)" }
        let theirs = try optionsOfURL()
        var keywords = [
            ("application_name", applicationName),
            ("connect_timeout", String(max(2, connectTimeout.components.seconds))),
            ("keepalives_idle", "10"),
            ("keepalives_interval", "5"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "20000"),
            ("dbname", url),
            ("client_encoding", "UTF8"),
            ("options", (options + [theirs].compactMap { $0 }).joined(separator: " ")),
        ]
        if replication { keywords.append(("replication", "database")) }
        return keywords
    }

    /// `options` of the URL, which ours are put in front of.
    private func optionsOfURL() throws(PostgresError) -> String? {
        var message: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(url, &message) else {
            let text = message.map { oneLine(String(cString: $0)) } ?? "out of memory"
            PQfreemem(message)
            throw PostgresError(.invalidValue, "the database URL cannot be read: \(text)")
        }
        defer { PQconninfoFree(parsed) }
        var option = parsed
        while let keyword = option.pointee.keyword {
            if strcmp(keyword, "options") == 0 {
                return option.pointee.val.map { String(cString: $0) }
            }
            option += 1
        }
        return nil
    }
}
