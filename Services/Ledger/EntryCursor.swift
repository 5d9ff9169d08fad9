import ServiceHost

/// Where a page of entries ended. On the known axis that is a version. On the effective axis many
/// entries may share a moment, so it is a moment and how many entries of it were shown.
struct EntryCursor: Equatable, Sendable, CustomStringConvertible {
    var moment: Moment?
    var count: Int64 = 0

    /// Throws 400.
    init(_ text: String?, on axis: TimeAxis) throws(Problem) {
        guard let text else { return }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
        switch (axis, parts.count) {
        case (.known, 1):
            guard let version = parts[0], version >= 0 else { throw Self.notOurs }
            count = version
        case (.effective, 2):
            guard let microseconds = parts[0], let shown = parts[1],
                Moment.range.contains(Moment(microseconds: microseconds)),
                (0...Int64(Int32.max)).contains(shown)
            else { throw Self.notOurs }
            moment = Moment(microseconds: microseconds)
            count = shown
        default: throw Self.notOurs
        }
    }

    /// After these entries, of which the first came after `previous`.
    init(
        after entries: some BidirectionalCollection<EntryView>, _ previous: Self, on axis: TimeAxis
    ) {
        guard let last = entries.last else {
            self = previous
            return
        }
        switch axis {
        case .known: count = last.version
        case .effective:
            let moment = Moment(last.effectiveAt)
            let shown = entries.reversed().prefix { Moment($0.effectiveAt) == moment }.count
            let carriesOn = shown == entries.count && previous.moment == moment
            self.moment = moment
            count = Int64(shown) + (carriesOn ? previous.count : 0)
        }
    }

    var description: String {
        moment.map { "\($0.microseconds).\(count)" } ?? "\(count)"
    }

    private static let notOurs = Problem.invalidParameter(
        "cursor", "'cursor' must be a 'next_cursor' of this list.")
}
